import { appendFile, chmod, mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { start, type RunOptions } from "./harness/cli.ts";
import { importConsent, tokenJson, type ScenarioPlatform } from "./harness/platforms.ts";
import { refresh, reportOf } from "./harness/report.ts";
import { setScene, type Scene } from "./harness/scene.ts";
import {
  give,
  handOver,
  limitObjection,
  mountObjection,
  mountTiny,
  remount,
  unmount,
  unprivileged,
} from "./harness/unprivileged.ts";
import { createWorkspace, type Workspace } from "./harness/workspace.ts";

const noMounts = await mountObjection();
const noLimits = await limitObjection();
/** The user whom file modes stop. */
const user: RunOptions = unprivileged.options;

/** `daemon` on most systems. */
const somebodyElse = 1;

let scene: Scene;
const mounted: string[] = [];
afterEach(async () => {
  for (const folder of mounted.splice(0)) await unmount(folder);
  await scene?.close();
  scene = undefined as unknown as Scene;
});

/** Grants that were imported on a machine of the unprivileged user. */
async function machineOfUser(workspace?: Workspace, ...platforms: readonly ScenarioPlatform[]): Promise<Scene> {
  const wishes = ["tiktok" as const, ...platforms].map((platform) => ({ platform }));
  const made = await setScene(wishes, {}, workspace);
  await handOver(made.workspace);
  return made;
}

async function machineWithTiny(which: "storeFolder" | "stateFolder", kibibytes: number): Promise<Workspace> {
  const workspace = await createWorkspace();
  await mkdir(workspace[which]);
  await mountTiny(workspace[which], kibibytes);
  mounted.push(workspace[which]);
  return workspace;
}

/** Writes until not one byte more fits; returns what to remove to mend it. */
async function fill(folder: string): Promise<string> {
  const filler = path.join(folder, "filler");
  for (let size = 65_536; size >= 1; size /= 2) {
    const full = await appendFile(filler, Buffer.alloc(size)).then(
      () => false,
      (error: unknown) => (error as NodeJS.ErrnoException).code === "ENOSPC",
    );
    if (!full) size *= 2;
  }
  return filler;
}

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
    scene = await machineOfUser(await workspace?.(), "youtube");
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
    scene = await machineOfUser(await workspace?.());
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
    scene = await machineOfUser();
    const { storeFolder } = scene.workspace;
    const exchange = await exchanging();
    await chmod(storeFolder, 0o500);
    const { code, stdout } = await exchange.finish();
    expect(code).toBe(1);
    expect(stdout).toContain("ERR_WRITEBACK_SAVE_FAILED");
    expect(stdout).toContain("is kept in this machine's journal");
    expect(stdout).toContain("without another exchange");

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
    scene = await machineOfUser(await machineWithTiny("stateFolder", 256));
    const exchange = await exchanging();
    const filler = await fill(scene.workspace.stateFolder);
    await exchange.finish();
    await rm(filler);
    expect((await refresh(scene.workspace, "tiktok", user)).of()).toMatchObject({ action: "rotated", code: null });
    expect(await scene.counts()).toMatchObject({ rotations: 2, replays: 0, revocations: 0 });
  });

  test("both: it is said at once, and the old token is not presented again", async (context) => {
    context.skip(noMounts !== undefined, noMounts);
    scene = await machineOfUser(await machineWithTiny("stateFolder", 256));
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
