import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fingerprintOf, nothingStored, secret } from "@tokenward/core";
import { testIO } from "@tokenward/testing";
import { status } from "tokenward-counterparts/gcp";
import { id, refusalOf, secretId, shape, startGround, type Ground } from "./test/ground.ts";

let ground: Ground;
beforeEach(async () => {
  ground = await startGround();
});
afterEach(async () => await ground.server.close());

const saveUpTo = async (last: number, options: Parameters<Ground["writeBackOf"]>[0] = {}): Promise<void> => {
  for (let generation = 1; generation <= last; generation++) {
    const before = generation === 1 ? nothingStored : ground.version(generation - 1);
    await ground.writeBackOf(options).save(id, ground.grantOf(generation), before, testIO());
  }
};
const stored = async () => await ground.writeBackOf().read(id, testIO());

describe("what is seen late", () => {
  it("is not relied on: lists, `latest` and the secret itself may be as they were before", async () => {
    await saveUpTo(1);
    ground.server.store.settle();
    ground.server.store.lagging = { get: true, list: true, latest: true };
    await ground.writeBackOf().save(id, ground.grantOf(2), ground.version(1), testIO());
    await ground.writeBackOf().save(id, ground.grantOf(3), ground.version(2), testIO());
    expect(await stored()).toMatchObject({ generation: 3 });
    expect(ground.server.calls.some(({ method }) => method === "ListSecretVersions")).toBe(false);
    const names = ground.server.calls.map(({ request }) => JSON.stringify(request["name"] ?? ""));
    expect(names.join()).not.toContain("latest");
  });

  it("is not relied on for a secret that was made a moment ago either", async () => {
    ground.server.store.lagging = { get: true, list: true, latest: true };
    const writeBack = ground.writeBackOf();
    await writeBack.probe(id, shape, testIO());
    await writeBack.claim(id, ground.intentOf("i", 1), nothingStored, testIO());
    await writeBack.save(id, ground.grantOf(1), nothingStored, testIO());
    expect(await stored()).toMatchObject({ generation: 1 });
    expect(await writeBack.read(id, testIO())).toMatchObject({ generation: 1, claim: undefined });
  });

  it("does not let a second machine claim what it sees as free", async () => {
    await saveUpTo(1);
    ground.server.store.settle();
    ground.server.store.lagging = { get: true };
    await ground.writeBackOf().claim(id, ground.intentOf("first", 1), ground.version(1), testIO());
    expect((await stored())?.claim).toBeUndefined();
    const second = ground.writeBackOf().claim(id, ground.intentOf("second", 1), ground.version(1), testIO());
    expect((await refusalOf(second)).code).toBe("ERR_WRITEBACK_CONFLICT");
    ground.server.store.settle();
    expect((await stored())?.claim?.id).toBe("first");
  });

  it("does not bring a claim back that a save has answered", async () => {
    await saveUpTo(1);
    const writeBack = ground.writeBackOf();
    await writeBack.claim(id, ground.intentOf("i", 1), ground.version(1), testIO());
    ground.server.store.settle();
    ground.server.store.lagging = { get: true };
    await writeBack.save(id, ground.grantOf(2), ground.version(1), testIO());
    expect(await stored()).toMatchObject({ generation: 2, claim: undefined });
  });
});

describe("a version that a human added", () => {
  it.each([
    ["the bare token", "rft.new-consent\n"],
    ["an object", JSON.stringify({ refresh_token: "rft.new-consent", client_id: "aw123" })],
  ])("counts as a new consent: %s", async (_name, text) => {
    await saveUpTo(2);
    await ground.writeBackOf().claim(id, ground.intentOf("i", 2), ground.version(2), testIO());
    ground.addByHand(text);
    const found = await stored();
    expect(found?.refreshToken?.reveal()).toBe("rft.new-consent");
    expect({ generation: found?.generation, claim: found?.claim }).toEqual({});
    const stale = ground.writeBackOf().save(id, ground.grantOf(3), ground.version(2), testIO());
    expect((await refusalOf(stale)).code).toBe("ERR_WRITEBACK_CONFLICT");
    const fingerprint = fingerprintOf(ground.target, secret("rft.new-consent"));
    await ground.writeBackOf().save(id, ground.grantOf(3), { fingerprint }, testIO());
    expect(await stored()).toMatchObject({ generation: 3 });
    if (text.startsWith("{")) expect(JSON.parse(ground.textOf(4) ?? "")).toMatchObject({ client_id: "aw123" });
  });

  it("is one also where it was made from a copy with another token in it", async () => {
    await saveUpTo(3);
    const copy = JSON.parse(ground.textOf(2) ?? "") as Readonly<Record<string, unknown>>;
    ground.addByHand(JSON.stringify({ ...copy, refresh_token: "rft.new-consent" }));
    expect((await stored())?.refreshToken?.reveal()).toBe("rft.new-consent");
    expect((await stored())?.generation).toBeUndefined();
  });

  it("is the newest one stored again, where it is a mere copy, and brings nothing back", async () => {
    await saveUpTo(3);
    ground.addByHand(ground.textOf(2) ?? "");
    expect(await stored()).toMatchObject({ generation: 3 });
    await ground.writeBackOf().save(id, ground.grantOf(4), ground.version(3), testIO());
    expect(await stored()).toMatchObject({ generation: 4 });
  });

  it.each([
    ["bytes", Buffer.from([0xff, 0xfe, 0x00]).toString("latin1")],
    ["a damaged object", '{"refresh_token": "rft.new'],
    ["a list", '["rft.new"]'],
    ["two lines", "rft.new\nconsent"],
  ])("is not written over where it is something else: %s", async (_name, text) => {
    await saveUpTo(1);
    ground.server.store.add(secretId, Buffer.from(text, "latin1"), undefined);
    const errors = [
      await refusalOf(ground.writeBackOf().read(id, testIO())),
      await refusalOf(ground.writeBackOf().save(id, ground.grantOf(2), ground.version(1), testIO())),
    ];
    for (const error of errors) {
      expect(error.message).toMatch(/version 2 of the secret tokenward-tiktok_brand-a holds something else/);
      expect(`${error.message} ${error.fix}`).not.toContain("rft.new");
    }
    expect(ground.states()).toEqual(["ENABLED", "ENABLED"]);
  });
});

describe("a version that cannot be read", () => {
  it.each([
    ["DISABLED", /version 2 .* it is disabled/, /versions enable 2/],
    ["DESTROYED", /version 2 .* it is destroyed/, /versions add/],
  ] as const)("is never passed over for an older one: %s", async (state, reason, remedy) => {
    await saveUpTo(2);
    ground.server.store.change(secretId, 2, state, undefined);
    const refused = await refusalOf(ground.writeBackOf().read(id, testIO()));
    expect(String(refused.facts["reason"])).toMatch(reason);
    expect(String(refused.facts["remedy"])).toMatch(remedy);
    const saving = ground.writeBackOf().save(id, ground.grantOf(3), ground.version(2), testIO());
    expect((await refusalOf(saving)).code).toBe("ERR_WRITEBACK_SAVE_FAILED");
  });

  it("says so where its key is disabled", async () => {
    await saveUpTo(1);
    ground.server.trouble = ({ method, request }) =>
      method === "AccessSecretVersion" && String(request["name"]).endsWith("/1")
        ? { code: status.FAILED_PRECONDITION, message: "the key is disabled" }
        : undefined;
    expect((await refusalOf(ground.writeBackOf().read(id, testIO()))).message).toMatch(
      /its Cloud KMS key cannot be used/,
    );
  });

  it("is read again where it came damaged, and not used where it stays so", async () => {
    await saveUpTo(1);
    let damaged = 0;
    ground.server.trouble = ({ method }) =>
      method === "AccessSecretVersion" && ++damaged === 1 ? { damage: true } : undefined;
    expect(await stored()).toMatchObject({ generation: 1 });
    ground.server.trouble = ({ method }) => (method === "AccessSecretVersion" ? { damage: true } : undefined);
    const refused = await refusalOf(ground.writeBackOf().read(id, testIO()));
    expect(refused.message).toMatch(/version 1 .* does not match its checksum \(CRC32C\), so it is not used/);
  });
});

describe("old versions", () => {
  it.each([
    ["destroy", ["DESTROYED", "DESTROYED", "ENABLED", "ENABLED"]],
    ["disable", ["DISABLED", "DISABLED", "ENABLED", "ENABLED"]],
    ["keep", ["ENABLED", "ENABLED", "ENABLED", "ENABLED"]],
  ] as const)("%s", async (policy, states) => {
    await saveUpTo(4, { old_versions: policy });
    expect(ground.states()).toEqual(states);
  });

  it("stay where they may not be destroyed, which is said and fails no save", async () => {
    ground.server.permissions.delete("secretmanager.versions.destroy");
    await saveUpTo(2);
    const io = testIO();
    await ground.writeBackOf().save(id, ground.grantOf(3), ground.version(2), io);
    expect(io.notes.join()).toMatch(/Old versions of the secret .* may not do secretmanager\.versions\.destroy/);
    expect(await stored()).toMatchObject({ generation: 3 });
    ground.server.permissions.add("secretmanager.versions.destroy");
    await ground.writeBackOf().save(id, ground.grantOf(4), ground.version(3), testIO());
    expect(ground.states()).toEqual(["DESTROYED", "DESTROYED", "ENABLED", "ENABLED"]);
  });

  it("hold no token any more when the grant is retired, whatever the policy was", async () => {
    await saveUpTo(13, { old_versions: "keep" });
    await ground.writeBackOf({ old_versions: "keep" }).retire(id, ground.version(13), testIO(), "gitlab:elsewhere");
    expect(await stored()).toMatchObject({ generation: 14, retired: { movedTo: "gitlab:elsewhere" } });
    expect(ground.textOf(14)).not.toMatch(/rft\.|act\./);
    expect(new Set(ground.states().slice(0, 13))).toEqual(new Set(["DESTROYED"]));
  });
});

it("reads a secret that was deleted and made anew, also in a process that knew the old one", async () => {
  await saveUpTo(4);
  const writeBack = ground.writeBackOf();
  await writeBack.claim(id, ground.intentOf("i", 4), ground.version(4), testIO());
  ground.server.store.delete(secretId);
  expect(await writeBack.read(id, testIO())).toBeUndefined();
  await writeBack.probe(id, shape, testIO());
  await writeBack.save(id, ground.grantOf(1), nothingStored, testIO());
  expect(await writeBack.read(id, testIO())).toMatchObject({ generation: 1 });
  expect(await stored()).toMatchObject({ generation: 1 });
});

it("keeps the access token to itself unless it is asked for", async () => {
  await ground.writeBackOf({ access_token: false }).save(id, ground.grantOf(1), nothingStored, testIO());
  expect(JSON.parse(ground.textOf(1) ?? "")).not.toHaveProperty("access_token");
  expect(await stored()).toMatchObject({ generation: 1 });
});

it("sends a checksum with each version, which Secret Manager compares", async () => {
  await saveUpTo(2);
  expect(ground.server.store.true(secretId)?.versions.map(({ checked }) => checked)).toEqual([true, true]);
  const refused = (): unknown => ground.server.store.add(secretId, Buffer.from("rft.damaged"), "1");
  expect(refused).toThrow(/checksum/);
});
