import { rm } from "node:fs/promises";
import { afterEach, describe, expect, test } from "vitest";
import { run, start } from "./harness/cli.ts";
import { tokenJson, type ScenarioPlatform } from "./harness/platforms.ts";
import { refresh, reportOf } from "./harness/report.ts";
import { setScene, type Scene } from "./harness/scene.ts";
import { snapshotOf } from "./harness/snapshot.ts";
import { copyStore } from "./harness/store-copy.ts";

let scene: Scene;
afterEach(async () => await scene.close());

const strict: readonly ScenarioPlatform[] = ["tiktok", "crm"];

/** Rotates so many times, undisturbed. */
async function rotate(times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) {
    const report = await refresh(scene.workspace);
    expect(report.of().action).toBe("rotated");
  }
}

/** The proof that nothing was lost: the next run presents the newest token and gets the one after it. */
async function expectAlive(rotations: number): Promise<void> {
  await rotate(1);
  expect((await scene.entries()).at(-1)).toMatchObject({ presented: "current", outcome: "rotated" });
  expect(await scene.counts()).toMatchObject({ rotations: rotations + 1, replays: 0, revocations: 0 });
}

describe("the store is rolled back to an older copy:", () => {
  test.each(strict)("%s: the newest token is put back, and the old one is never sent", async (platform) => {
    scene = await setScene([{ platform }]);
    const { workspace } = scene;
    const first = await copyStore(workspace);
    await rotate(1);
    const second = await copyStore(workspace);
    await rotate(1);

    for (const copy of [first, second]) {
      await copy.restore();
      const { rotations, requests } = await scene.counts();

      // A dry run says so, and leaves even the wrong copy as it is.
      const before = await snapshotOf(workspace.folder);
      const looked = await refresh(workspace, "all", {}, "--dry-run");
      expect(looked).toMatchObject({ code: 0 });
      expect(looked.of()).toMatchObject({ action: "healthy", would: "recover" });
      expect(looked.of().detail).toContain("An older copy came back");
      expect(await snapshotOf(workspace.folder)).toEqual(before);

      const report = await refresh(workspace);
      expect(report.code).toBe(0);
      expect(report.of()).toMatchObject({ action: "healthy", alert: false });
      expect(report.of().detail).toMatch(
        /newest token was put back, because an older copy, spent at .+, had come back/,
      );
      expect(await scene.counts()).toMatchObject({ requests, rotations });
      await expectAlive(rotations);
    }
  });

  test("the store is lost altogether: the newest token is put back", async () => {
    scene = await setScene([{ platform: "tiktok" }]);
    await rotate(2);
    await rm(scene.workspace.storeFolder, { recursive: true });
    const report = await refresh(scene.workspace);
    expect(report.code).toBe(0);
    expect(report.of().detail).toContain("the write-back had lost it");
    expect(await scene.counts()).toMatchObject({ requests: 2 });
    await expectAlive(2);
  });

  test("`auth recover`, also with `--retry-once`, puts the newest token back instead of sending the old one", async () => {
    scene = await setScene([{ platform: "tiktok" }]);
    const copy = await copyStore(scene.workspace);
    await rotate(1);
    for (const more of [[], ["--retry-once"]]) {
      await copy.restore();
      expect(await run(scene.workspace, ["auth", "recover", "tiktok", ...more])).toMatchObject({ code: 0 });
      expect(await scene.counts()).toMatchObject({ requests: 1 });
    }
    await expectAlive(1);
  });

  test("while an exchange is under way: what it brings is saved over the older copy", async () => {
    scene = await setScene([{ platform: "tiktok" }]);
    const { control } = scene.sandbox;
    const copy = await copyStore(scene.workspace);
    await rotate(1);
    const barrier = await control.barrier({ at: "after" });
    const running = start(scene.workspace, ["auth", "refresh"]);
    await control.held(barrier, 1);
    await copy.restore();
    await control.release();
    expect(await running.finished).toMatchObject({ code: 0 });
    await expectAlive(2);
  });

  test("while the answer of a killed run waits: that answer is delivered", async () => {
    scene = await setScene([{ platform: "tiktok" }]);
    const copy = await copyStore(scene.workspace);
    await rotate(1);
    const killed = await run(scene.workspace, ["auth", "refresh"], { at: { event: "answer:end", signal: "SIGKILL" } });
    expect(killed.signal).toBe("SIGKILL");
    await copy.restore();
    expect(await reportOf(scene.workspace, ["auth", "recover", "tiktok"])).toMatchObject({ code: 0 });
    expect(await scene.counts()).toMatchObject({ requests: 2, rotations: 2 });
    await expectAlive(2);
  });

  test("while a token is in doubt: neither that one nor the older one is sent, until a human consents", async () => {
    scene = await setScene([{ platform: "tiktok" }]);
    const { control } = scene.sandbox;
    const copy = await copyStore(scene.workspace);
    await rotate(1);
    await control.fault({ drop: "after" });
    expect((await refresh(scene.workspace)).of()).toMatchObject({ action: "in-doubt" });
    await copy.restore();
    for (let runs = 0; runs < 2; runs += 1) {
      const report = await refresh(scene.workspace);
      expect(report.code).toBe(1);
      expect(report.of()).toMatchObject({ action: "in-doubt", code: "ERR_AUTH_IN_DOUBT" });
      expect(report.of().detail).toContain("Consent again (`tokenward auth tiktok`)");
    }
    expect(await scene.counts()).toMatchObject({ requests: 2, replays: 0 });

    const again = await control.regrant(scene.grant().consent.grantId);
    const input = tokenJson(again);
    expect(await reportOf(scene.workspace, ["auth", "import", "tiktok"], { input })).toMatchObject({ code: 0 });
    await expectAlive(2);
  });
});

describe("an old token is imported again:", () => {
  test.each(strict)("%s: refused with when and where it was spent, and nothing changes", async (platform) => {
    scene = await setScene([{ platform }]);
    const { workspace } = scene;
    await rotate(2);
    const before = await snapshotOf(workspace.storeFolder);
    const input = tokenJson(scene.grant().consent);
    const report = await reportOf(workspace, ["auth", "import", platform], { input });
    expect(report.code).toBe(1);
    expect(report.of()).toMatchObject({ action: "reauth-required", code: "ERR_AUTH_TOKEN_SPENT" });
    expect(report.of().detail).toMatch(/exchanged it for a newer one at \d{4}-\d\d-\d\dT/);
    expect(report.of().detail).toContain(`tokenward auth ${platform}`);
    expect(await snapshotOf(workspace.storeFolder)).toEqual(before);
    await expectAlive(2);
  });
});

describe("an old token is imported while the exchange of that very token was left open by a kill:", () => {
  test.each(["answer:end", "save:end"])("%s: its answer proves it spent", async (event) => {
    scene = await setScene([{ platform: "tiktok" }]);
    const { workspace } = scene;
    await run(workspace, ["auth", "refresh"], { at: { event, signal: "SIGKILL" } });
    const input = tokenJson(scene.grant().consent);
    const report = await reportOf(workspace, ["auth", "import", "tiktok"], { input });
    expect(report.code).toBe(1);
    expect(report.of()).toMatchObject({ code: "ERR_AUTH_TOKEN_SPENT" });
    expect(report.of().detail).toContain("Nothing was changed: `tokenward auth refresh tiktok` goes on");
    await expectAlive(1);
  });

  test("send:end: it stays in doubt, until a really new consent comes; then it is never presented again", async () => {
    scene = await setScene([{ platform: "tiktok" }]);
    const { workspace, sandbox } = scene;
    const copy = await copyStore(workspace);
    await run(workspace, ["auth", "refresh"], { at: { event: "send:end", signal: "SIGKILL" } });
    const input = tokenJson(scene.grant().consent);
    const report = await reportOf(workspace, ["auth", "import", "tiktok"], { input });
    expect(report.code).toBe(1);
    expect(report.of()).toMatchObject({ action: "in-doubt", code: "ERR_AUTH_IN_DOUBT" });
    expect((await refresh(workspace)).of()).toMatchObject({ action: "in-doubt" });

    const again = await sandbox.control.regrant(scene.grant().consent.grantId);
    const renewed = await reportOf(workspace, ["auth", "import", "tiktok"], { input: tokenJson(again) });
    expect(renewed).toMatchObject({ code: 0 });
    await copy.restore();
    expect((await refresh(workspace)).of().detail).toContain("newest token was put back");
    expect(await scene.counts()).toMatchObject({ requests: 1 });
    await expectAlive(1);
  });
});

describe("the environment still holds the first token:", () => {
  test.each(strict)(
    "%s: it seeds once; from then on what is stored wins, also when the store is lost",
    async (platform) => {
      scene = await setScene([{ platform }]);
      const { workspace } = scene;
      await rm(workspace.storeFolder, { recursive: true });
      await rm(workspace.stateFolder, { recursive: true });
      const env = { [`${platform.toUpperCase()}_REFRESH_TOKEN`]: scene.grant().consent.refreshToken };
      for (const rotations of [1, 2]) {
        expect((await refresh(workspace, "all", { env })).of().action).toBe("rotated");
        expect(await scene.counts()).toMatchObject({ rotations, replays: 0 });
      }

      await rm(workspace.storeFolder, { recursive: true });
      const report = await refresh(workspace, "all", { env });
      expect(report.code).toBe(0);
      expect(report.of().detail).toContain("newest token was put back");
      expect(await scene.counts()).toMatchObject({ requests: 2 });
      await expectAlive(2);
    },
  );

  test("and the store is lost while the answer to that very token waits: the answer is delivered", async () => {
    scene = await setScene([{ platform: "tiktok" }]);
    const { workspace } = scene;
    await run(workspace, ["auth", "refresh"], { at: { event: "save:start", signal: "SIGKILL" } });
    await rm(workspace.storeFolder, { recursive: true });
    const env = { TIKTOK_REFRESH_TOKEN: scene.grant().consent.refreshToken };
    expect(await refresh(workspace, "all", { env })).toMatchObject({ code: 0 });
    expect(await scene.counts()).toMatchObject({ replays: 0, revocations: 0 });
    await expectAlive((await scene.counts()).rotations);
  });
});
