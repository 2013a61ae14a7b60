import { readFile } from "node:fs/promises";
import { setTimeout as after } from "node:timers/promises";
import type { Watched } from "../cli.ts";

/**
 * Resolves when a process stands still at the step that it was started to stop at; to `false` when it ended before.
 * A step is announced an instant before the stop, and a SIGCONT in between would be lost.
 */
export async function stoppedAt(running: Watched, event: string): Promise<boolean> {
  if (!(await running.events.reached(event))) return false;
  for (;;) {
    const line = await readFile(`/proc/${String(running.process.pid)}/stat`, "utf8").catch(() => undefined);
    if (line === undefined) return false;
    // `pid (name) state …`; the name may hold anything.
    if (line.slice(line.lastIndexOf(")") + 2).startsWith("T")) return true;
    await after(2);
  }
}
