import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of a test's own, and what is in it. */
export interface TemporaryFolder {
  readonly path: string;
  /** Every file's bytes and every folder's name, with modes and times of change. */
  contents(): ReadonlyMap<string, Uint8Array>;
  remove(): void;
}

export function temporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), "state-local-test-"));
  return { path, contents: () => contentsOf(path), remove: () => rmSync(path, { recursive: true, force: true }) };
}

function contentsOf(folder: string): ReadonlyMap<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  for (const name of readdirSync(folder, { recursive: true }).map(String)) {
    const path = join(folder, name);
    const { mode, mtimeMs } = statSync(path);
    const stamp = `${name} ${mode} ${mtimeMs}`;
    found.set(stamp, statSync(path).isDirectory() ? Buffer.alloc(0) : readFileSync(path));
  }
  return found;
}
