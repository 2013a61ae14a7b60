import { execFile, spawnSync } from "node:child_process";
import { chown, lstat, readdir } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { tokenwardBin, type RunOptions } from "./cli.ts";
import type { Workspace } from "./workspace.ts";

const execute = promisify(execFile);

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
export async function handOver(workspace: Workspace): Promise<void> {
  if (unprivileged.owner !== process.getuid?.()) await give(workspace.folder, unprivileged.owner);
}

/** Gives a folder and all in it to a user. */
export async function give(file: string, uid: number): Promise<void> {
  const facts = await lstat(file);
  await chown(file, uid, uid);
  if (!facts.isDirectory()) return;
  for (const name of await readdir(file)) await give(path.join(file, name), uid);
}

/** Why file systems cannot be mounted here; `undefined` where they can. */
export async function mountObjection(): Promise<string | undefined> {
  if (process.platform !== "linux") return "mounting a tmpfs needs Linux";
  if (process.getuid?.() !== 0) return "mounting needs root: run the tests in a container as root with CAP_SYS_ADMIN";
  try {
    const probe = "d=$(mktemp -d) && mount -t tmpfs -o size=64k none $d && umount $d && rmdir $d";
    await execute("sh", ["-c", probe]);
    return undefined;
  } catch {
    return "mounting is not permitted here: the container needs CAP_SYS_ADMIN";
  }
}

/** Mounts an empty file system of that many KiB over a folder. */
export async function mountTiny(folder: string, kibibytes: number): Promise<void> {
  const owner = String(unprivileged.owner);
  const options = `size=${String(kibibytes)}k,mode=700,uid=${owner},gid=${owner}`;
  await execute("mount", ["-t", "tmpfs", "-o", options, "none", folder]);
}

/** Makes a mounted folder read-only, or writable again. */
export async function remount(folder: string, how: "ro" | "rw"): Promise<void> {
  await execute("mount", ["-o", `remount,${how}`, folder]);
}

/** Takes the mount away; whatever was in it is gone. */
export async function unmount(folder: string): Promise<void> {
  await execute("umount", ["-l", folder]);
}

/** Why a process cannot be given a limit here; `undefined` where it can. */
export async function limitObjection(): Promise<string | undefined> {
  try {
    await execute("prlimit", ["--version"]);
    return undefined;
  } catch {
    return "file-size limits are set with prlimit, of util-linux";
  }
}
