import { rm } from "node:fs/promises";
import { afterEach, describe, expect, test } from "vitest";
import { refresh } from "./harness/report.ts";
import { setScene, type Scene } from "./harness/scene.ts";

let scene: Scene;
afterEach(async () => await scene.close());

describe("where `CI` is set, what a rotating grant is saved in must outlive the run:", () => {
  const ci = { env: { CI: "true" } };
  const local = (more: object): object => ({ backend: "local", local: { store: "file", path: "./grants", ...more } });

  test("refused before anything is spent, and the message names what would do", async () => {
    scene = await setScene([{ platform: "tiktok" }, { platform: "crm" }, { platform: "crm-retry-safe" }]);
    const report = await refresh(scene.workspace, "all", ci);
    expect(report.code).toBe(2);
    for (const { action, code, detail } of report.statuses) {
      expect({ action, code }).toEqual({ action: "failed", code: "ERR_WRITEBACK_NOT_DURABLE" });
      expect(detail).toContain("gitlab, aws, gcp");
      expect(detail).toContain("`outlives_run: true`");
      expect(detail).toContain("`CI`");
    }
    expect(await scene.counts()).toMatchObject({ requests: 0 });
    expect(await refresh(scene.workspace)).toMatchObject({ code: 0 });
    expect(await scene.counts()).toMatchObject({ rotations: 3, replays: 0 });
  });

  test("also where only the environment brings the token", async () => {
    scene = await setScene([{ platform: "tiktok" }]);
    await rm(scene.workspace.storeFolder, { recursive: true });
    await rm(scene.workspace.stateFolder, { recursive: true });
    const env = { CI: "1", TIKTOK_REFRESH_TOKEN: scene.grant().consent.refreshToken };
    const report = await refresh(scene.workspace, "all", { env });
    expect(report.code).toBe(2);
    expect(report.of()).toMatchObject({ code: "ERR_WRITEBACK_NOT_DURABLE" });
    expect(await scene.counts()).toMatchObject({ requests: 0 });
  });

  test("a platform that never rotates goes on; then the rotating one beside it makes the exit code 1", async () => {
    scene = await setScene([{ platform: "youtube" }, { platform: "tiktok" }]);
    expect(await refresh(scene.workspace, "youtube", ci)).toMatchObject({ code: 0 });
    const report = await refresh(scene.workspace, "all", ci);
    expect(report.code).toBe(1);
    expect(report.of("youtube")).toMatchObject({ action: "healthy" });
    expect(report.of("tiktok")).toMatchObject({ code: "ERR_WRITEBACK_NOT_DURABLE" });
    expect(await scene.counts()).toMatchObject({ rotations: 0 });
  });

  test("a store that is kept is not enough for a strict grant while the journal is gone with the run", async () => {
    const writeback = local({ outlives_run: true });
    scene = await setScene([{ platform: "tiktok" }, { platform: "crm-retry-safe" }], { auth: { writeback } });
    const report = await refresh(scene.workspace, "all", ci);
    expect(report.code).toBe(1);
    expect(report.of("tiktok")).toMatchObject({ action: "failed", code: "ERR_STATE_EPHEMERAL" });
    expect(report.of("tiktok").detail).toContain("`state.local.ephemeral: false`");
    expect(report.of("crm-retry-safe")).toMatchObject({ action: "rotated" });
    expect(await refresh(scene.workspace, "tiktok", ci)).toMatchObject({ code: 2 });
    expect(await scene.sandbox.control.counts({ platform: "tiktok" })).toMatchObject({ requests: 0 });
  });

  test("a machine that keeps both, and says so, refreshes", async () => {
    const blocks = {
      auth: { writeback: local({ outlives_run: true }) },
      state: { backend: "local", local: { ephemeral: false } },
    };
    scene = await setScene([{ platform: "tiktok" }], blocks);
    for (const rotations of [1, 2]) {
      expect(await refresh(scene.workspace, "all", ci)).toMatchObject({ code: 0 });
      expect(await scene.counts()).toMatchObject({ rotations, replays: 0 });
    }
  });

  test("`CI` without a value, 0 and false are not CI", async () => {
    scene = await setScene([{ platform: "tiktok" }]);
    for (const [index, CI] of ["", "0", "false"].entries()) {
      expect(await refresh(scene.workspace, "all", { env: { CI } })).toMatchObject({ code: 0 });
      expect(await scene.counts()).toMatchObject({ rotations: index + 1, replays: 0 });
    }
  });
});
