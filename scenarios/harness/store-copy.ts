import { cp, rm } from "node:fs/promises";
import path from "node:path";
import type { Workspace } from "./workspace.ts";

/** A copy of the store, as a backup has it. */
export interface StoreCopy {
  /** Puts it in the place of the store, whatever is there now. */
  restore(): Promise<void>;
}

let copies = 0;

/** Copies the store of a workspace. */
export async function copyStore({ folder, storeFolder }: Workspace): Promise<StoreCopy> {
  copies += 1;
  const backup = path.join(folder, `backup-${String(copies)}`);
  await cp(storeFolder, backup, { recursive: true, preserveTimestamps: true });
  return {
    restore: async () => {
      await rm(storeFolder, { recursive: true, force: true });
      await cp(backup, storeFolder, { recursive: true, preserveTimestamps: true });
    },
  };
}
