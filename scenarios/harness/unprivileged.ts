import { spawnSync } from "node:child_process";
import { chown, lstat, readdir } from "node:fs/promises";
import path from "node:path";
import { tokenwardBin, type RunOptions } from "./cli.ts";
import type { ScenarioPlatform } from "./platforms.ts";
import { setScene, type Scene } from "./scene.ts";
import type { Workspace } from "./workspace.ts";

/** Somebody whom file modes stop. */
export interface Unprivileged {
  /** Runs a CLI process as this user. */
  readonly options: Pick<RunOptions, "uid" | "withoutCapabilities">;
  /** Whose the workspace must be. */
  readonly owner: number;
}

const nobody = 65_534;

/**
 * Whoever runs the tests; but no file mode stops root, so in its place `nobody`, or, where `nobody` cannot reach this
 * clone (as below /root), root without any of its capabilities.
 */
export const unprivileged: Unprivileged = unprivilegedUser();

function unprivilegedUser(): Unprivileged {
  const own = process.getuid?.() ?? 0;
  if (own !== 0 || process.platform === "win32") return { options: {}, owner: own };
  const reach = `require("node:fs").accessSync(${JSON.stringify(tokenwardBin)})`;
  const reached = spawnSync(process.execPath, ["-e", reach], { uid: nobody, gid: nobody, env: {} });
  if (reached.status === 0) return { options: { uid: nobody }, owner: nobody };
  return { options: { withoutCapabilities: true }, owner: 0 };
}

/** Gives the whole workspace to the unprivileged user. */
async function handOver(workspace: Workspace): Promise<void> {
  if (unprivileged.owner !== process.getuid?.()) await give(workspace.folder, unprivileged.owner);
}

/** Grants that were imported on a machine of the unprivileged user: TikTok, and these. */
export async function sceneOfUser(workspace?: Workspace, ...platforms: readonly ScenarioPlatform[]): Promise<Scene> {
  const scene = await setScene(
    ["tiktok" as const, ...platforms].map((platform) => ({ platform })),
    {},
    workspace,
  );
  await handOver(scene.workspace);
  return scene;
}

/** Gives a folder and all in it to a user. */
export async function give(file: string, uid: number): Promise<void> {
  const facts = await lstat(file);
  await chown(file, uid, uid);
  if (!facts.isDirectory()) return;
  for (const name of await readdir(file)) await give(path.join(file, name), uid);
}
