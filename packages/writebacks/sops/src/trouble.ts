import { messageOf, TokenwardError, type ErrorCode, type GrantId } from "@tokenward/core/plugin";

/** What stands in the way, in words that help at three in the morning. The operation that met it gives it a code. */
export class Trouble extends Error {
  readonly reason: string;
  /** An imperative that fits before ", then run again.". */
  readonly remedy: string;

  constructor(reason: string, remedy: string, cause?: unknown) {
    super(reason, { cause });
    this.reason = reason;
    this.remedy = remedy;
  }
}

/** Runs one operation; whatever stands in its way carries that code. */
export async function coded<T>(code: ErrorCode, grant: GrantId, file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (TokenwardError.is(thrown)) throw thrown;
    const { reason, remedy } = thrown instanceof Trouble ? thrown : systemTrouble(thrown, file);
    throw new TokenwardError(code, { grant, reason, remedy }, { cause: thrown, class: "write-back" });
  }
}

/** What a system call's error code means for the file and its folder. */
function systemTrouble(thrown: unknown, file: string): Trouble {
  const { code } = thrown as NodeJS.ErrnoException;
  switch (code) {
    case "EACCES":
      return new Trouble(
        `this user may not read or replace ${file}`,
        `Give this user access to ${file} and write access to its folder (\`ls -ld\` shows whose they are)`,
      );
    case "EPERM":
      return new Trouble(
        `the system does not let this user replace ${file}; it may belong to another user or be marked immutable`,
        `Make ${file} and its folder belong to this user, and remove an immutable mark (\`lsattr\` shows it)`,
      );
    case "EROFS":
      return new Trouble(`${file} is on a read-only file system`, `Mount the disk of ${file} writable`);
    case "ENOSPC":
      return new Trouble(`the disk of ${file} is full`, `Free space on the disk of ${file} (\`df -h\`, \`df -i\`)`);
    case "EDQUOT":
      return new Trouble(
        `the disk quota is used up on the disk of ${file}`,
        "Delete files there, or ask for a larger quota",
      );
    case "EISDIR":
      return new Trouble(`${file} is a folder, not a file`, "Move that folder away");
    case "ENOTDIR":
      return new Trouble(`a part of the path ${file} is a file, not a folder`, "Correct `file` of the sops write-back");
    case undefined:
      return new Trouble(messageOf(thrown), `Check ${file}`);
    default:
      return new Trouble(`${file} answers with ${code}`, `Check ${file} and the disk it is on`);
  }
}
