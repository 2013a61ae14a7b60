import { userInfo } from "node:os";
import { messageOf } from "@tokenward/core/plugin";

/** A failure of the file system in words that help at three in the morning. */
export interface Explained {
  readonly reason: string;
  readonly remedy: string;
}

/** What a system call's error code means for that folder, and what to do about it. */
export function explain(thrown: unknown, folder: string): Explained {
  const { code, path } = thrown as NodeJS.ErrnoException;
  const user = userName();
  switch (code) {
    case "EACCES":
      return {
        reason: `the user ${user} may not write to ${folder}`,
        remedy: `Give the user ${user} write access to ${folder} (\`ls -ld ${folder}\` shows whose it is)`,
      };
    case "EPERM":
      return {
        reason: `the system does not let the user ${user} change files in ${folder}; one of them may belong to another user or be marked immutable`,
        remedy: `Make ${folder} and its files belong to the user ${user}, and remove an immutable mark (\`lsattr\` shows it)`,
      };
    case "EROFS":
      return {
        reason: `${folder} is on a read-only file system`,
        remedy: `Mount it writable, or move ${folder} to another disk and set \`path\` of the local write-back to its new place`,
      };
    case "ENOSPC":
      return {
        reason: `the disk of ${folder} is full`,
        remedy: `Free space on the disk of ${folder} (\`df -h ${folder}\`, and \`df -i ${folder}\` for its file slots)`,
      };
    case "EDQUOT":
      return {
        reason: `the disk quota of the user ${user} is used up on the disk of ${folder}`,
        remedy: `Delete files of the user ${user} there, or ask for a larger quota`,
      };
    case "EFBIG":
      return {
        reason: `a file-size limit of this process is too small for a grant`,
        remedy: `Raise the limit (\`ulimit -f\`; LimitFSIZE= in a systemd unit)`,
      };
    case "ENOTDIR":
    case "EEXIST":
      return {
        reason: `a part of the path ${path ?? folder} is a file, not a folder`,
        remedy: `Move that file away, or set another \`path\` for the local write-back`,
      };
    case "EISDIR":
      return {
        reason: `a folder is in the place of the grant's file ${path ?? `in ${folder}`}`,
        remedy: `Move that folder away`,
      };
    case "EMFILE":
    case "ENFILE":
      return { reason: "too many files are open", remedy: "Raise the limit of open files (`ulimit -n`)" };
    case "EIO":
      return {
        reason: `the disk of ${folder} reports an input/output error`,
        remedy: `Check that disk (\`dmesg\`); move ${folder} to a sound one and set \`path\` of the local write-back to its new place`,
      };
    case undefined:
      return { reason: messageOf(thrown), remedy: `Check the folder ${folder}` };
    default:
      return { reason: `the folder ${folder} answers with ${code}`, remedy: `Check the folder ${folder}` };
  }
}

/** The same for a path that cannot be read. */
export function explainReading(thrown: unknown, path: string): Explained {
  const { code } = thrown as NodeJS.ErrnoException;
  const user = userName();
  switch (code ?? "") {
    case "EACCES":
    case "EPERM":
      return {
        reason: `the user ${user} may not read ${path}`,
        remedy: `Give the user ${user} access to ${path} and the folders above it`,
      };
    case "ENOTDIR":
      return {
        reason: `a part of the path ${path} is a file, not a folder`,
        remedy: `Move that file away, or set another \`path\` for the local write-back`,
      };
    case "EISDIR":
      return { reason: `${path} is a folder, not a file`, remedy: `Move that folder away` };
    default:
      return {
        reason: `${path} cannot be read (${code ?? messageOf(thrown)})`,
        remedy: `Check ${path} and the disk it is on`,
      };
  }
}

// Marked as a name: "the user nobody may not write" says the opposite. A number where the system has no name for it.
function userName(): string {
  return `\`${nameOrNumber()}\``;
}

function nameOrNumber(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "?");
  }
}
