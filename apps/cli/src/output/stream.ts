import { fstatSync, writeSync } from "node:fs";

/** Where text goes: stdout or stderr. */
export interface TextStream {
  readonly isTerminal: boolean;
  /** Characters per line, where it is a terminal. */
  readonly columns: number | undefined;
  /** Hands the whole text to the operating system before it returns. A reader that went away is no error. */
  write(text: string): void;
}

/** What a terminal has that does not say. */
export const usualColumns = 80;

const waitBetweenTries = 2;

/**
 * A standard stream. Pipes and files are written to directly: nothing is lost when the process ends, and Node's
 * streams, which cost a cold start several milliseconds, are only brought in for a terminal.
 */
export function textStream(descriptor: 1 | 2): TextStream {
  const stream = isCharacterDevice(descriptor) ? (descriptor === 1 ? process.stdout : process.stderr) : undefined;
  let closed = false;
  stream?.on("error", () => {
    closed = true;
  });
  return {
    isTerminal: stream?.isTTY === true,
    // Some terminals, such as those of containers, say 0.
    columns: stream?.isTTY === true ? stream.columns || usualColumns : undefined,
    write: (text) => {
      if (closed) return;
      if (stream !== undefined) stream.write(text);
      else closed = !writeAll(descriptor, Buffer.from(text));
    },
  };
}

function isCharacterDevice(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice();
  } catch {
    return false;
  }
}

// A reader that went away (`| head -1`) must not end the run: an exchange may be under way.
function writeAll(descriptor: number, bytes: Buffer): boolean {
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return false;
      // The reader is slower than we are, and another program made the pipe non-blocking.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, waitBetweenTries);
    }
  }
  return true;
}
