import { chmod, rm } from "node:fs/promises";
import path from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { start, type RunOptions } from "./harness/cli.ts";
import { tokenJson } from "./harness/platforms.ts";
import { refresh, reportOf } from "./harness/report.ts";
import type { Scene } from "./harness/scene.ts";
import { snapshotOf } from "./harness/snapshot.ts";
import { fill, machineWithTiny, mountObjection, unmountAll } from "./harness/tiny-disk.ts";
import { sceneOfUser, unprivileged } from "./harness/unprivileged.ts";

const noMounts = await mountObjection();
/** The user whom file modes stop. */
const user: RunOptions = unprivileged.options;

let scene: Scene;
afterEach(async () => {
  await unmountAll();
  // A skipped test has none.
  await (scene as Scene | undefined)?.close();
});

describe("what breaks after the token was spent:", () => {
  /** Starts a refresh of tiktok and returns while its answer, already decided, is held. */
  async function exchanging(): Promise<{ readonly finish: () => Promise<{ code: number | null; stdout: string }> }> {
    const { control } = scene.sandbox;
    const barrier = await control.barrier({ match: { platform: "tiktok" }, at: "after" });
    const running = start(scene.workspace, ["auth", "refresh", "tiktok", "--json"], user);
    await control.held(barrier, 1);
    return {
      finish: async () => {
        await control.release(barrier);
        return await running.finished;
      },
    };
  }

  test("the store: the journal keeps the answer, and a later run delivers it without another exchange", async () => {
    scene = await sceneOfUser();
    const { storeFolder } = scene.workspace;
    const exchange = await exchanging();
    await chmod(storeFolder, 0o500);
    const { code, stdout } = await exchange.finish();
    expect(code).toBe(1);
    expect(stdout).toContain("ERR_WRITEBACK_SAVE_FAILED");
    expect(stdout).toContain("is kept in this machine's journal");
    expect(stdout).toContain(
      "run `tokenward auth recover tiktok` on this machine: it saves the kept token without another exchange",
    );

    // As long as it cannot be saved, nothing more is spent.
    expect(await refresh(scene.workspace, "tiktok", user)).toMatchObject({ code: 1 });
    expect(await scene.counts()).toMatchObject({ tokenRequests: 1 });

    await chmod(storeFolder, 0o700);
    expect(await reportOf(scene.workspace, ["auth", "recover", "tiktok"], user)).toMatchObject({ code: 0 });
    expect(await scene.counts()).toMatchObject({ tokenRequests: 1 });

    // What is in the store now is all that the next machine needs.
    const elsewhere = { ...user, env: { TOKENWARD_STATE_DIR: path.join(scene.workspace.folder, "home", "another") } };
    expect((await refresh(scene.workspace, "tiktok", elsewhere)).of()).toMatchObject({ action: "rotated" });
    expect(await scene.counts()).toMatchObject({ rotations: 2, replays: 0, revocations: 0 });
  });

  test("the state: the token is saved in the store all the same", async (context) => {
    context.skip(noMounts !== undefined, noMounts);
    scene = await sceneOfUser(await machineWithTiny("stateFolder", 256));
    const exchange = await exchanging();
    const filler = await fill(scene.workspace.stateFolder);
    await exchange.finish();
    await rm(filler);
    expect((await refresh(scene.workspace, "tiktok", user)).of()).toMatchObject({ action: "rotated", code: null });
    expect(await scene.counts()).toMatchObject({ rotations: 2, replays: 0, revocations: 0 });
  });

  test("both: it is said at once, and the old token is not presented again", async (context) => {
    context.skip(noMounts !== undefined, noMounts);
    scene = await sceneOfUser(await machineWithTiny("stateFolder", 256));
    const { storeFolder, stateFolder } = scene.workspace;
    const exchange = await exchanging();
    const filler = await fill(stateFolder);
    await chmod(storeFolder, 0o500);
    const { code, stdout } = await exchange.finish();
    expect(code).toBe(1);
    expect(stdout).toContain("ERR_AUTH_ANSWER_LOST");
    expect(stdout).toContain("consent again: `tokenward auth tiktok`");

    await rm(filler);
    await chmod(storeFolder, 0o700);
    const doubtful = await refresh(scene.workspace, "tiktok", user);
    expect(doubtful).toMatchObject({ code: 1 });
    expect(doubtful.of()).toMatchObject({ action: "in-doubt", code: "ERR_AUTH_IN_DOUBT" });
    expect(await scene.counts()).toMatchObject({ tokenRequests: 1, replays: 0 });

    const again = await scene.sandbox.control.regrant(scene.grant("tiktok").consent.grantId);
    const imported = { ...user, input: tokenJson(again) };
    expect(await reportOf(scene.workspace, ["auth", "import", "tiktok"], imported)).toMatchObject({ code: 0 });
    expect((await refresh(scene.workspace, "tiktok", user)).of()).toMatchObject({ action: "rotated" });
    expect(await scene.counts()).toMatchObject({ replays: 0, revocations: 0 });
  });
});

test("a new consent that cannot be saved is kept nowhere, and the message does not say so", async () => {
  scene = await sceneOfUser();
  const { storeFolder } = scene.workspace;
  const before = await snapshotOf(scene.workspace.storeFolder);
  const again = await scene.sandbox.control.regrant(scene.grant().consent.grantId);
  const importing = { ...user, input: tokenJson(again) };
  await chmod(storeFolder, 0o500);
  const report = await reportOf(scene.workspace, ["auth", "import", "tiktok"], importing);
  expect(report.code).toBe(1);
  expect(report.of()).toMatchObject({ action: "failed", code: "ERR_WRITEBACK_UNWRITABLE" });
  expect(report.of().detail).toContain(`write access to ${storeFolder}`);
  expect(report.of().detail).not.toContain("journal");
  await chmod(storeFolder, 0o700);
  expect(await snapshotOf(storeFolder)).toEqual(before);

  expect(await reportOf(scene.workspace, ["auth", "import", "tiktok"], importing)).toMatchObject({ code: 0 });
  expect((await refresh(scene.workspace, "tiktok", user)).of()).toMatchObject({ action: "rotated" });
  expect((await scene.entries()).at(-1)).toMatchObject({ grant: again.grantId, presented: "current" });
});
