import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { fingerprintOf, nothingStored, secret, type StoredGrant } from "@tokenward/core";
import { testIO } from "@tokenward/testing";
import { faults, type Backend } from "tokenward-counterparts/backend";
import { startGcpBackend } from "tokenward-counterparts/gcp";
import gcp, { type GcpOptions } from "./index.ts";
import { refusalOf, shape } from "./test/ground.ts";

const id = "tiktok/brand-a";
const grantOf = (generation: number): StoredGrant => ({
  id,
  platform: "tiktok",
  account: "brand-a",
  generation,
  refreshToken: secret(`rft.matrix-${generation}`),
});

let backend: Backend;
beforeEach(async () => {
  backend = await startGcpBackend();
  for (const [name, value] of Object.entries(backend.env)) vi.stubEnv(name, value);
});
afterEach(async () => await backend.close());

const start = () => gcp({ ...(backend.writeback["gcp"] as GcpOptions), timeout: 1000 });

it("every fault refuses the probe in a sentence of its own, with or without something stored", async () => {
  const writeBack = start();
  const said = new Set<string>();
  for (const stored of [false, true]) {
    if (stored) await writeBack.save(id, grantOf(1), nothingStored, testIO());
    said.clear();
    for (const fault of faults) {
      await backend.fail(fault, "all");
      const { code, facts } = await refusalOf(writeBack.probe(id, shape, testIO()));
      expect(code, fault).toBe("ERR_WRITEBACK_UNWRITABLE");
      said.add(String(facts["reason"]));
      await backend.heal();
      await writeBack.probe(id, shape, testIO());
    }
    expect(said.size).toBe(faults.length);
  }
  expect(await backend.refreshToken(id)).toBe("rft.matrix-1");
}, 120_000);

it("every fault of a save alone leaves what is stored, in a sentence of its own, until it heals", async () => {
  const writeBack = start();
  await backend.seed?.(id, "rft.matrix-by-hand");
  const said = new Set<string>();
  let generation = 0;
  for (const fault of faults) {
    const found = await writeBack.read(id, testIO());
    expect(found?.refreshToken?.reveal()).toBe(await backend.refreshToken(id));
    const expected = { generation: found?.generation };
    const next = grantOf(++generation);
    // What a human put there has no generation: the fingerprint is what names it.
    const over = generation === 1 ? { fingerprint: await printOf(writeBack, "rft.matrix-by-hand") } : expected;
    await backend.fail(fault, "save");
    await writeBack.probe(id, shape, testIO());
    const { code, facts } = await refusalOf(writeBack.save(id, next, over, testIO()));
    expect(code, fault).toBe("ERR_WRITEBACK_SAVE_FAILED");
    said.add(String(facts["reason"]));
    await backend.heal();
    expect(await backend.refreshToken(id)).toBe(found?.refreshToken?.reveal());
    await writeBack.save(id, next, over, testIO());
    expect(await backend.refreshToken(id)).toBe(`rft.matrix-${generation}`);
  }
  expect(said.size).toBe(faults.length);
}, 120_000);

async function printOf(writeBack: ReturnType<typeof start>, token: string): Promise<string> {
  return fingerprintOf(await writeBack.target(id, testIO()), secret(token));
}
