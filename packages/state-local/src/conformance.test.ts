import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { GrantState } from "@tokenward/core/plugin";
import { temporaryIdentity, testGrantState } from "@tokenward/testing";
import { describe, it } from "vitest";
import { localState } from "./index.ts";
import { temporaryFolder } from "./test/temporary-folder.ts";

testGrantState({ describe, it }, async () => {
  const folder = temporaryFolder();
  const identity = temporaryIdentity();
  const opened: GrantState[] = [];
  const open = (name = "state"): GrantState => {
    const state = localState({ folder: join(folder.path, name), identity, env: {} });
    opened.push(state);
    return state;
  };
  return {
    state: open(),
    // What is on the disk at this moment is what a crash would leave behind.
    reopen: async () => {
      const name = `crashed-${opened.length}`;
      copyByAnotherProcess(join(folder.path, "state"), join(folder.path, name));
      return open(name);
    },
    another: async () => open(),
    contents: async () => folder.contents(),
    loseLease: async () => rmSync(join(folder.path, "state", "leases"), { recursive: true }),
    dispose: async () => {
      await Promise.all(opened.map(async (state) => await state.close()));
      folder.remove();
    },
  };
});

// This process must not open the files by itself: closing them would drop its locks.
function copyByAnotherProcess(from: string, to: string): void {
  const script = "fs.cpSync(process.argv[1], process.argv[2], { recursive: true, preserveTimestamps: true })";
  execFileSync(process.execPath, ["-e", script, from, to]);
}
