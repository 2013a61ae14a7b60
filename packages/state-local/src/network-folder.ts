import { execFileSync } from "node:child_process";
import { readFileSync, realpathSync, statfsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { TokenwardError } from "@tokenward/core/plugin";

/** What the operating system says about where a folder lies. Tests put another answer in its place. */
export interface FileSystems {
  readonly platform: NodeJS.Platform;
  /** The magic number of the file system that holds an existing path (statfs `f_type`). */
  typeOf(path: string): number;
  /** The mount table: mount point and type of every file system. */
  mounts(): readonly { readonly point: string; readonly type: string }[];
}

// Linux, include/uapi/linux/magic.h and fs/*/ (6.12).
const networkTypes: Readonly<Record<number, string>> = {
  0x6969: "NFS",
  0x517b: "SMB",
  0xfe534d42: "SMB",
  0xff534d42: "CIFS",
  0x01021997: "9P",
  0x5346414f: "AFS",
  0x6b414653: "AFS",
  0x73757245: "Coda",
  0x00c36400: "Ceph",
  0x0bd00bd0: "Lustre",
  0x47504653: "GPFS",
  0x19830326: "BeeGFS",
  0x7461636f: "OCFS2",
  0x01161970: "GFS2",
};
const fuse = 0x65735546;

// Behind FUSE there may be a local disk (NTFS, a container's layers) or the other end of the world.
const networkNames =
  /^(?:nfs\d?|smb\d?|smbfs|cifs|afpfs|webdav|9p|(?:macfuse|osxfuse|fuse)\.?(?:sshfs|s3fs|rclone|gcsfuse|blobfuse2?|goofys|mount-s3|mountpoint-s3|davfs2?|glusterfs|ceph|curlftpfs|smbnetfs|juicefs|seaweedfs|nfs|gvfsd-fuse))$/;

/**
 * Refuses a folder on a network file system: locks there are advisory at best, and the lease is one.
 *
 * @throws `ERR_STATE_NETWORK_FOLDER`
 */
export function refuseNetworkFolder(folder: string, systems: FileSystems = thisMachine): void {
  const kind = networkKind(folder, systems);
  if (kind !== undefined) throw new TokenwardError("ERR_STATE_NETWORK_FOLDER", { path: folder, kind });
}

function networkKind(folder: string, systems: FileSystems): string | undefined {
  const existing = nearestExisting(folder);
  if (systems.platform === "win32") return /^[\\/]{2}(?![.?][\\/])/.test(existing) ? "SMB" : undefined;
  if (systems.platform === "linux") {
    // Node gives the number as a signed one on some platforms.
    const type = systems.typeOf(existing) >>> 0;
    if (type !== fuse) return networkTypes[type];
  }
  const type = mountOf(existing, systems);
  return type !== undefined && networkNames.test(type) ? type : undefined;
}

function mountOf(path: string, systems: FileSystems): string | undefined {
  let best: { readonly point: string; readonly type: string } | undefined;
  for (const mount of systems.mounts()) {
    const under = path === mount.point || path.startsWith(mount.point.endsWith("/") ? mount.point : `${mount.point}/`);
    // Of two mounts on one point the later one is on top.
    if (under && (best === undefined || mount.point.length >= best.point.length)) best = mount;
  }
  return best?.type;
}

// realpath turns a mapped Windows drive into its \\server\share.
function nearestExisting(folder: string): string {
  let path = resolve(folder);
  for (;;) {
    try {
      return realpathSync.native(path);
    } catch (error) {
      const above = dirname(path);
      if ((error as NodeJS.ErrnoException).code !== "ENOENT" || above === path) return path;
      path = above;
    }
  }
}

const thisMachine: FileSystems = {
  platform: process.platform,
  typeOf: (path) => {
    try {
      return statfsSync(path).type;
    } catch {
      // Whoever opens the state next says what is wrong.
      return 0;
    }
  },
  mounts: () => {
    try {
      return process.platform === "darwin"
        ? parseMountOutput(execFileSync("/sbin/mount", { encoding: "utf8", timeout: 5000 }))
        : parseMountInfo(readFileSync("/proc/self/mountinfo", "utf8"));
    } catch {
      return [];
    }
  },
};

/** Reads `/proc/self/mountinfo` (proc_pid_mountinfo(5)). */
export function parseMountInfo(text: string): readonly { readonly point: string; readonly type: string }[] {
  return text.split("\n").flatMap((line) => {
    const [before, after] = line.split(" - ");
    const point = before?.split(" ")[4];
    const type = after?.split(" ")[0];
    if (point === undefined || type === undefined) return [];
    return [
      {
        point: point.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
        type,
      },
    ];
  });
}

/** Reads what macOS's `mount` prints: `//user@server/share on /Volumes/share (smbfs, nodev)`. */
export function parseMountOutput(text: string): readonly { readonly point: string; readonly type: string }[] {
  return text.split("\n").flatMap((line) => {
    const match = /^.* on (\/.*) \(([^,)]+)[^)]*\)$/.exec(line);
    return match === null ? [] : [{ point: match[1] as string, type: match[2] as string }];
  });
}
