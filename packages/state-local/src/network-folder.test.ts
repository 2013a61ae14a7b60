import { mkdirSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { parseMountInfo, parseMountOutput, refuseNetworkFolder, type FileSystems } from "./network-folder.ts";
import { temporaryFolder, type TemporaryFolder } from "./test/temporary-folder.ts";

let folder: TemporaryFolder;
beforeEach(() => (folder = temporaryFolder()));
afterEach(() => folder.remove());

const local: FileSystems = { platform: "linux", typeOf: () => 0xef53, mounts: () => [] };

it("accepts this machine's temporary folder, and folders that are not there yet", () => {
  refuseNetworkFolder(tmpdir());
  refuseNetworkFolder(join(folder.path, "a", "b"));
  refuseNetworkFolder(join(folder.path, "a"), local);
});

it.each([
  ["NFS", 0x6969],
  ["SMB", 0xfe534d42],
  // As a signed number, too.
  ["CIFS", 0xff534d42 | 0],
  ["9P", 0x01021997],
  ["AFS", 0x5346414f],
])("refuses %s on Linux", (kind, type) => {
  expect(() => refuseNetworkFolder(join(folder.path, "not", "yet"), { ...local, typeOf: () => type })).toThrow(
    expect.objectContaining({
      code: "ERR_STATE_NETWORK_FOLDER",
      facts: { path: join(folder.path, "not", "yet"), kind },
    }) as Error,
  );
});

it("looks behind FUSE, where a local disk may be", () => {
  const path = join(folder.path, "state");
  mkdirSync(path);
  const fuse = (type: string): FileSystems => ({
    platform: "linux",
    typeOf: () => 0x65735546,
    mounts: () => [
      { point: "/", type: "ext4" },
      { point: folder.path, type },
      { point: `${path}-other`, type: "nfs" },
    ],
  });
  expect(() => refuseNetworkFolder(path, fuse("fuse.sshfs"))).toThrow("fuse.sshfs");
  expect(() => refuseNetworkFolder(path, fuse("fuse.glusterfs"))).toThrow("network file system");
  refuseNetworkFolder(path, fuse("fuse.ntfs-3g"));
  refuseNetworkFolder(path, fuse("fuse.fuse-overlayfs"));
});

it("follows links to where the folder really is", () => {
  const shared = join(folder.path, "shared");
  mkdirSync(shared);
  symlinkSync(shared, join(folder.path, "link"));
  const mac: FileSystems = { platform: "darwin", typeOf: () => 0, mounts: () => [{ point: shared, type: "smbfs" }] };
  expect(() => refuseNetworkFolder(join(folder.path, "link", "state"), mac)).toThrow("smbfs");
  refuseNetworkFolder(join(folder.path, "state"), mac);
});

it("reads mount tables", () => {
  const info = "36 35 98:0 /mnt1 /mnt/my\\040disk rw,noatime master:1 - nfs4 host:/x rw\nbroken";
  expect(parseMountInfo(info)).toEqual([{ point: "/mnt/my disk", type: "nfs4" }]);
  const output = "/dev/disk3s1 on / (apfs, local, journaled)\n//me@server/Team on /Volumes/Team (a) (smbfs, nodev)\n";
  expect(parseMountOutput(output)).toEqual([
    { point: "/", type: "apfs" },
    { point: "/Volumes/Team (a)", type: "smbfs" },
  ]);
});
