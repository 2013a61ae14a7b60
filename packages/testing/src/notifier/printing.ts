import { AsyncLocalStorage } from "node:async_hooks";

type Method = (...parts: unknown[]) => unknown;

const consoleMethods = ["log", "info", "warn", "error", "debug", "trace", "dir", "table"] as const;

/**
 * What some work prints, past the notes that it has for that. What the test runner or others print meanwhile is not
 * counted: only the work, and what it set going, sees the mark.
 */
export async function printedBy(work: () => Promise<void>): Promise<readonly string[]> {
  const mark = new AsyncLocalStorage<true>();
  const printed: string[] = [];
  const undo: (() => void)[] = [];
  const watch = (owner: object, name: string): void => {
    const methods = owner as Record<string, Method>;
    const own = Object.hasOwn(owner, name);
    const real = methods[name];
    if (real === undefined) return;
    methods[name] = (...parts) => {
      if (mark.getStore() !== true) return real.apply(owner, parts);
      printed.push(parts.map(String).join(" "));
      // As if it had been written, also for who waits for that.
      const written = parts.findLast((part) => typeof part === "function");
      if (written !== undefined) setImmediate(() => (written as Method)());
      return true;
    };
    undo.push(() => {
      if (own) methods[name] = real;
      else delete methods[name];
    });
  };
  for (const name of consoleMethods) watch(console, name);
  for (const stream of [process.stdout, process.stderr]) watch(stream, "write");
  try {
    await mark.run(true, work);
  } finally {
    for (const restore of undo) restore();
  }
  return printed;
}
