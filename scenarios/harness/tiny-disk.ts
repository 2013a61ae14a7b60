import { execFile } from "node:child_process";
import { appendFile, mkdir } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { unprivileged } from "./unprivileged.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

const execute = promisify(execFile);
const mounted: string[] = [];

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

async function mountTiny(folder: string, kibibytes: number): Promise<void> {
  const owner = String(unprivileged.owner);
  const options = `size=${String(kibibytes)}k,mode=700,uid=${owner},gid=${owner}`;
  await execute("mount", ["-t", "tmpfs", "-o", options, "none", folder]);
  mounted.push(folder);
}

/** Makes a mounted folder read-only, or writable again. */
export async function remount(folder: string, how: "ro" | "rw"): Promise<void> {
  await execute("mount", ["-o", `remount,${how}`, folder]);
}

/** Takes all mounts away; whatever was in them is gone. */
export async function unmountAll(): Promise<void> {
  for (const folder of mounted.splice(0)) await execute("umount", ["-l", folder]);
}

/** An empty machine one of whose folders is a disk of that many KiB. */
export async function machineWithTiny(which: "storeFolder" | "stateFolder", kibibytes: number): Promise<Workspace> {
  const workspace = await createWorkspace();
  await mkdir(workspace[which]);
  await mountTiny(workspace[which], kibibytes);
  return workspace;
}

/** Writes until not one byte more fits; returns what to remove to mend it. */
export async function fill(folder: string): Promise<string> {
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

/** Why a process cannot be given a limit here; `undefined` where it can. */
export async function limitObjection(): Promise<string | undefined> {
  try {
    await execute("prlimit", ["--version"]);
    return undefined;
  } catch {
    return "file-size limits are set with prlimit, of util-linux";
  }
}
