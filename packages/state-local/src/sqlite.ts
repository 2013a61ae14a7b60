import type * as Sqlite from "node:sqlite";

let loaded: typeof Sqlite | undefined;

/** Node's SQLite, brought in on first use: a command that needs no state does not pay for it. */
export function sqlite(): typeof Sqlite {
  loaded ??= withoutItsWarning(() => process.getBuiltinModule("node:sqlite"));
  return loaded;
}

/** A number of SQLite's, without the extension in its upper bytes (https://sqlite.org/rescode.html); else `undefined`. */
export function resultCode(error: unknown): number | undefined {
  const { errcode } = (error ?? {}) as { errcode?: unknown };
  return typeof errcode === "number" ? errcode & 0xff : undefined;
}

/** SQLITE_BUSY or SQLITE_LOCKED: somebody else is at it. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === 5 || code === 6;
}

// Node 22 calls SQLite experimental, once, at the first import. On a tool that runs every night that is noise. Every
// other warning, of this module too, passes.
function withoutItsWarning<T>(load: () => T): T {
  const original = Object.getOwnPropertyDescriptor(process, "emitWarning");
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = ((...args: Parameters<typeof emitWarning>) => {
    const [warning, type] = args as unknown as [unknown, unknown];
    if (type === "ExperimentalWarning" && String(warning).startsWith("SQLite ")) return;
    emitWarning(...args);
  }) as typeof emitWarning;
  try {
    return load();
  } finally {
    if (original !== undefined) Object.defineProperty(process, "emitWarning", original);
  }
}
