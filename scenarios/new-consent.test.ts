import { rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { encodeGrant, secret, systemIdentity } from "@tokenward/core/plugin";
import type { Consent } from "@tokenward/sandbox";
import { afterEach, describe, expect, test } from "vitest";
import { run, start, startWatched, type Finished } from "./harness/cli.ts";
import { tokenJson, type ScenarioPlatform } from "./harness/platforms.ts";
import { refresh, reportOf } from "./harness/report.ts";
import { setScene, type Scene } from "./harness/scene.ts";

const everything = ["full", "soak"].includes(process.env["TOKENWARD_SCALE"] ?? "");

let scene: Scene;
afterEach(async () => await scene.close());

/** The same human consents once more; nobody has told Tokenward yet. */
async function consentOnceMore(): Promise<Consent> {
  return await scene.sandbox.control.regrant(scene.grant().consent.grantId);
}

/** The proof that a consent survived: the next exchange presents it. At most one run settles something else first. */
async function expectKept(consent: Consent): Promise<void> {
  const next = await refresh(scene.workspace);
  expect(next).toMatchObject({ code: 0 });
  if (next.of().action === "healthy") expect(await refresh(scene.workspace)).toMatchObject({ code: 0 });
  expect((await scene.entries()).at(-1)).toMatchObject({
    grant: consent.grantId,
    presented: "current",
    outcome: "rotated",
  });
  expect(await scene.counts()).toMatchObject({ replays: 0, revocations: 0 });
}

async function importing(consent: Consent): Promise<Finished> {
  const { name } = scene.grant();
  return await reportOf(scene.workspace, ["auth", "import", name], { input: tokenJson(consent) });
}

/** Starts `auth import` and returns when it waits for the lease that another process holds. */
async function importWaiting(consent: Consent): Promise<{ readonly finished: Promise<Finished> }> {
  const waiting = startWatched(scene.workspace, ["auth", "import", scene.grant().name, "--json"], {
    input: tokenJson(consent),
  });
  expect(await waiting.events.reached("lease:start")).toBe(true);
  return waiting;
}

/** Puts a record in the place of the stored one, as a human does who has age, the identity and an editor. */
async function replaceByHand(consent: Consent, generation: number | undefined): Promise<void> {
  const { workspace } = scene;
  const { name } = scene.grant();
  const refreshToken = secret(consent.refreshToken);
  const record = encodeGrant({ id: name, platform: consent.platform, generation, refreshToken });
  const identity = systemIdentity({ TOKENWARD_IDENTITY_FILE: workspace.identityFile });
  const file = path.join(workspace.storeFolder, `${name}.age`);
  await writeFile(`${file}.mine`, await identity.encrypt(record));
  await rename(`${file}.mine`, file);
}

describe("while an exchange is under way, a human imports a new consent:", () => {
  test.each(["before", "after"] as const)("its answer is held %s the platform decided", async (at) => {
    scene = await setScene([{ platform: "tiktok" }]);
    const { control } = scene.sandbox;
    const barrier = await control.barrier({ at });
    const exchange = start(scene.workspace, ["auth", "refresh"]);
    await control.held(barrier, 1);

    const consent = await consentOnceMore();
    const waiting = await importWaiting(consent);
    await control.release();
    expect(await exchange.finished).toMatchObject({ code: 0 });
    const imported = await waiting.finished;
    expect(imported).toMatchObject({ code: 0 });
    expect(imported.stdout).toContain("Imported and saved as generation 3.");
    await expectKept(consent);
  });

  test("and the exchange's process is killed while the import waits for it", async () => {
    scene = await setScene([{ platform: "tiktok" }]);
    const { control } = scene.sandbox;
    const barrier = await control.barrier({ at: "after" });
    const exchange = start(scene.workspace, ["auth", "refresh"]);
    await control.held(barrier, 1);
    const consent = await consentOnceMore();
    const waiting = await importWaiting(consent);
    exchange.process.kill("SIGKILL");
    expect(await waiting.finished).toMatchObject({ code: 0 });
    await control.release();
    await expectKept(consent);
  });

  test("and the exchange's process was stopped: the import says that it waited, and changes nothing", async () => {
    scene = await setScene([{ platform: "tiktok" }], { auth: { lease_wait: "1s" } });
    const { control } = scene.sandbox;
    const barrier = await control.barrier({ at: "after" });
    const exchange = start(scene.workspace, ["auth", "refresh"]);
    await control.held(barrier, 1);
    exchange.process.kill("SIGSTOP");
    const consent = await consentOnceMore();
    const input = tokenJson(consent);
    const busy = await reportOf(scene.workspace, ["auth", "import", "tiktok"], { input });
    expect(busy.code).toBe(1);
    expect(busy.of()).toMatchObject({ action: "failed", code: "ERR_AUTH_LEASE_BUSY" });
    expect(busy.of().detail).toMatch(/^tiktok is being refreshed by another process, which was not done after \S+ s\./);

    exchange.process.kill("SIGCONT");
    await control.release();
    expect(await exchange.finished).toMatchObject({ code: 0 });
    expect(await importing(consent)).toMatchObject({ code: 0 });
    await expectKept(consent);
  });

  test("at any time: import and refresh start together, again and again", async () => {
    scene = await setScene([{ platform: "tiktok" }]);
    for (let round = 0; round < (everything ? 40 : 3); round += 1) {
      const consent = await consentOnceMore();
      const [imported, refreshed] = await Promise.all([importing(consent), refresh(scene.workspace)]);
      expect([imported.code, refreshed.code]).toEqual([0, 0]);
      await expectKept(consent);
    }
  });
});

const small = [
  ["tiktok", "intent:end"],
  ["tiktok", "answer:end"],
  ["crm", "save:start"],
  ["crm-retry-safe", "send:end"],
  ["tiktok", "save:end"],
] as const;
const full = (["tiktok", "crm", "crm-grace", "crm-retry-safe"] as const).flatMap((platform) =>
  ["intent:end", "send:start", "send:end", "answer:start", "answer:end", "save:start", "save:end", "close:start"].map(
    (event): readonly [ScenarioPlatform, string] => [platform, event],
  ),
);
const crashes: readonly (readonly [ScenarioPlatform, string])[] = everything ? full : small;

async function crashAt(event: string): Promise<void> {
  const killed = await run(scene.workspace, ["auth", "refresh"], { at: { event, signal: "SIGKILL" } });
  expect(killed.signal).toBe("SIGKILL");
}

describe("while an exchange that was killed waits for recovery, a human imports a new consent:", () => {
  test.each(crashes)("%s, killed at %s", async (platform, event) => {
    scene = await setScene([{ platform }]);
    await crashAt(event);
    const consent = await consentOnceMore();
    expect(await importing(consent)).toMatchObject({ code: 0 });
    await expectKept(consent);
  });

  test.each(["save:start", "save:end"])("and the import is killed, too, at %s", async (event) => {
    scene = await setScene([{ platform: "tiktok" }]);
    await crashAt("answer:end");
    const consent = await consentOnceMore();
    const input = tokenJson(consent);
    const imported = await run(scene.workspace, ["auth", "import", "tiktok"], {
      input,
      at: { event, signal: "SIGKILL" },
    });
    expect(imported.signal).toBe("SIGKILL");
    // Nothing was stored yet: the human tries again, and finds that it is all right.
    if (event === "save:start") expect(await importing(consent)).toMatchObject({ code: 0 });
    await expectKept(consent);
  });
});

// The exchange presents generation 1, and would save generation 2.
const generations = everything ? [undefined, 0, 1, 2, 99] : [undefined, 0, 2];

describe("a human replaces the stored file by hand, whatever generation it says:", () => {
  test.each(generations)("while an exchange is under way (%s)", async (generation) => {
    scene = await setScene([{ platform: "tiktok" }]);
    const { control } = scene.sandbox;
    const barrier = await control.barrier({ at: "after" });
    const exchange = start(scene.workspace, ["auth", "refresh", "--json"]);
    await control.held(barrier, 1);
    const consent = await consentOnceMore();
    await replaceByHand(consent, generation);
    await control.release();
    const { code, stdout } = await exchange.finished;
    expect(code).toBe(0);
    expect(stdout).toContain("A newer consent was saved while the exchange was under way; the newer one is kept.");
    await expectKept(consent);
  });

  const cases = generations.flatMap((generation) =>
    (everything
      ? ["intent:end", "send:end", "answer:end", "save:end", "close:start"]
      : ["intent:end", "answer:end"]
    ).map((event) => [generation, event] as const),
  );
  test.each(cases)("while a killed exchange waits for recovery (%s, killed at %s)", async (generation, event) => {
    scene = await setScene([{ platform: "tiktok" }]);
    await crashAt(event);
    const consent = await consentOnceMore();
    await replaceByHand(consent, generation);
    await expectKept(consent);
  });

  test("while an answer that nobody can read waits", async () => {
    scene = await setScene([{ platform: "tiktok" }]);
    await scene.sandbox.control.fault({ rewrite: { body: "<html>Something is wrong.</html>" } });
    expect(await refresh(scene.workspace)).toMatchObject({ code: 1 });
    const consent = await consentOnceMore();
    await replaceByHand(consent, undefined);
    await expectKept(consent);
  });
});
