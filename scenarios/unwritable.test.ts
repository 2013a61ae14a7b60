import { chmod, rm } from "node:fs/promises";
import path from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { RunOptions } from "./harness/cli.ts";
import { importConsent } from "./harness/platforms.ts";
import { refresh } from "./harness/report.ts";
import { setScene, type Scene } from "./harness/scene.ts";
import { fill, limitObjection, machineWithTiny, mountObjection, remount, unmountAll } from "./harness/tiny-disk.ts";
import { give, sceneOfUser, unprivileged } from "./harness/unprivileged.ts";
import type { Workspace } from "./harness/workspace.ts";

const noMounts = await mountObjection();
const noLimits = await limitObjection();
/** The user whom file modes stop. */
const user: RunOptions = unprivileged.options;

/** `daemon` on most systems. */
const somebodyElse = 1;

let scene: Scene;
afterEach(async () => {
  await unmountAll();
  // A skipped test has none.
  await (scene as Scene | undefined)?.close();
});

interface Trouble {
  readonly name: string;
  readonly skip?: string | undefined;
  readonly workspace?: (() => Promise<Workspace>) | undefined;
  readonly break: (folder: string) => Promise<void>;
  readonly mend: (folder: string) => Promise<void>;
  /** What the message names, so that a tired human knows what to do. */
  readonly says: readonly string[];
}

const troubles: readonly Trouble[] = [
  {
    name: "a folder that the user may not write to",
    break: async (folder) => await chmod(folder, 0o500),
    mend: async (folder) => await chmod(folder, 0o700),
    says: ["may not write to {folder}", "write access to {folder}"],
  },
  {
    name: "a folder of another user",
    skip: process.getuid?.() === 0 ? undefined : "giving files away needs root",
    break: async (folder) => {
      await give(folder, somebodyElse);
      // Whoever looks after the machine made it readable, and forgot the rest.
      await chmod(folder, 0o755);
      for (const name of ["tiktok.age", "youtube.age", "store.json"]) {
        await chmod(path.join(folder, name), 0o644);
      }
    },
    mend: async (folder) => await give(folder, unprivileged.owner),
    says: ["may not write to {folder}", "ls -ld {folder}"],
  },
  {
    name: "a full disk",
    skip: noMounts,
    workspace: async () => await machineWithTiny("storeFolder", 64),
    break: async (folder) => void (await fill(folder)),
    mend: async (folder) => await rm(path.join(folder, "filler")),
    says: ["the disk of {folder} is full", "Free space", "df -h {folder}"],
  },
  {
    name: "a read-only file system",
    skip: noMounts,
    workspace: async () => await machineWithTiny("storeFolder", 64),
    break: async (folder) => await remount(folder, "ro"),
    mend: async (folder) => await remount(folder, "rw"),
    says: ["{folder} is on a read-only file system", "Mount it writable"],
  },
];

describe("no refresh token is spent while the store could not take its successor:", () => {
  test.for(troubles)("$name", async ({ skip, workspace, break: damage, mend, says }, context) => {
    context.skip(skip !== undefined, skip);
    scene = await sceneOfUser(await workspace?.(), "youtube");
    const { storeFolder } = scene.workspace;
    await damage(storeFolder);
    const report = await refresh(scene.workspace, "all", user);
    expect(report.code).toBe(1);
    expect(report.of("tiktok")).toMatchObject({ action: "failed", code: "ERR_WRITEBACK_UNWRITABLE", alert: true });
    const { detail } = report.of("tiktok");
    expect(detail).toContain("No token was spent.");
    for (const words of says) expect(detail).toContain(words.replaceAll("{folder}", storeFolder));
    expect(detail).toMatch(/, then run again\.$/);
    // Minting an access token spends nothing, so nothing keeps it from going on.
    expect(report.of("youtube")).toMatchObject({ action: "healthy", code: null });
    expect(await scene.counts()).toMatchObject({ rotations: 0, tokenRequests: 1 });

    await mend(storeFolder);
    expect(await refresh(scene.workspace, "tiktok", user)).toMatchObject({ code: 0 });
    expect(await scene.counts()).toMatchObject({ rotations: 1, replays: 0, revocations: 0 });
  });

  test("a file-size limit", async (context) => {
    context.skip(noLimits !== undefined, noLimits);
    scene = await setScene([{ platform: "tiktok" }]);
    const { workspace } = scene;
    const consent = scene.grant().consent;
    // Large enough for the state, too small for a successor of this token.
    await importConsent(workspace, "tiktok", { ...consent, accessToken: "a".repeat(60_000) });
    const report = await refresh(workspace, "tiktok", { fileSizeLimit: 150_000 });
    expect(report.code).toBe(1);
    expect(report.of()).toMatchObject({ action: "failed", code: "ERR_WRITEBACK_UNWRITABLE" });
    expect(report.of().detail).toContain("Raise the limit (`ulimit -f`");
    expect(await scene.counts()).toMatchObject({ requests: 0 });

    expect(await refresh(workspace)).toMatchObject({ code: 0 });
    expect(await scene.counts()).toMatchObject({ rotations: 1, replays: 0 });
  });
});

describe("nor while the state could not take what came back:", () => {
  const stateTroubles: readonly (Omit<Trouble, "break" | "mend"> & {
    readonly options?: RunOptions;
    readonly break: (workspace: Workspace) => Promise<void>;
    readonly mend: (workspace: Workspace) => Promise<void>;
  })[] = [
    {
      name: "a folder that the user may not write to",
      break: async ({ stateFolder }) => await chmod(stateFolder, 0o500),
      mend: async ({ stateFolder }) => await chmod(stateFolder, 0o700),
      says: ["may not write there", "write access to {folder}", "or move it, with all that is in it"],
    },
    {
      name: "a file-size limit",
      skip: noLimits,
      options: { fileSizeLimit: 4096 },
      break: async () => undefined,
      mend: async () => undefined,
      says: ["cannot be written", "{folder}", "ulimit -f"],
    },
    {
      name: "a full disk",
      skip: noMounts,
      workspace: async () => await machineWithTiny("stateFolder", 256),
      break: async ({ stateFolder }) => void (await fill(stateFolder)),
      mend: async ({ stateFolder }) => await rm(path.join(stateFolder, "filler")),
      says: ["the disk is full", "Free disk space", "{folder}"],
    },
    {
      name: "a read-only file system",
      skip: noMounts,
      workspace: async () => await machineWithTiny("stateFolder", 256),
      break: async ({ stateFolder }) => await remount(stateFolder, "ro"),
      mend: async ({ stateFolder }) => await remount(stateFolder, "rw"),
      says: ["read-only", "{folder}", "TOKENWARD_STATE_DIR"],
    },
  ];

  test.for(stateTroubles)("$name", async ({ skip, workspace, options, break: damage, mend, says }, context) => {
    context.skip(skip !== undefined, skip);
    scene = await sceneOfUser(await workspace?.());
    const { stateFolder } = scene.workspace;
    await damage(scene.workspace);
    const report = await refresh(scene.workspace, "all", { ...user, ...options });
    // Without the state nothing at all is known about any grant.
    expect(report.code).toBe(2);
    for (const { code, detail } of report.statuses) {
      expect(code).toBe("ERR_STATE_UNWRITABLE");
      for (const words of says) expect(detail).toContain(words.replaceAll("{folder}", stateFolder));
    }
    expect(await scene.counts()).toMatchObject({ requests: 0 });

    await mend(scene.workspace);
    expect(await refresh(scene.workspace, "all", user)).toMatchObject({ code: 0 });
    expect(await scene.counts()).toMatchObject({ rotations: 1, replays: 0, revocations: 0 });
  });
});
