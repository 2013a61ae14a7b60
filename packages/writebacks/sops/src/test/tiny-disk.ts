import { execFile } from "node:child_process";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);
const mounted: string[] = [];

/** Why file systems cannot be mounted here; `undefined` where they can. */
export async function mountObjection(): Promise<string | undefined> {
  if (process.platform !== "linux") return "mounting a tmpfs needs Linux";
  if (process.getuid?.() !== 0) return "mounting needs root: run the tests in a container as root with CAP_SYS_ADMIN";
  try {
    await execute("sh", ["-c", "d=$(mktemp -d) && mount -t tmpfs -o size=64k none $d && umount $d && rmdir $d"]);
    return undefined;
  } catch {
    return "mounting is not permitted here: the container needs CAP_SYS_ADMIN";
  }
}

/** Makes a folder a disk of that many KiB. */
export async function mountTiny(folder: string, kibibytes: number): Promise<void> {
  await execute("mount", ["-t", "tmpfs", "-o", `size=${String(kibibytes)}k`, "none", folder]);
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

/** Writes until not one byte more fits; returns what to remove to mend it. */
export async function fillDisk(folder: string): Promise<string> {
  const filler = join(folder, "filler");
  for (let size = 65_536; size >= 1; size /= 2) {
    const full = await appendFile(filler, Buffer.alloc(size)).then(
      () => false,
      (error: unknown) => (error as NodeJS.ErrnoException).code === "ENOSPC",
    );
    if (!full) size *= 2;
  }
  return filler;
}
