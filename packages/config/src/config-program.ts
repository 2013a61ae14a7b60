import { registerHooks } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { messageOf, TokenwardError } from "@tokenward/core";
import { whileConfiguring } from "./configuring.ts";
import type { CreatedPlugin } from "./created-plugin.ts";
import type { ConfigDocument } from "./document.ts";
import { documentOf } from "./program-document.ts";
import type { Reading } from "./reading.ts";

/** What a configuration program came to. */
export interface ConfigProgram {
  readonly document: ConfigDocument;
  /** What the factories in it made, in that order. */
  readonly created: readonly CreatedPlugin[];
}

const isTypeScript = /\.m?ts$/;
const runs = new Map<string, number>();

/**
 * Runs a `tokenward.config.ts` (or .mts, .js, .mjs) as Node itself would, types stripped.
 *
 * @throws `ERR_CONFIG_UNREADABLE` where this Node cannot strip types; `ERR_CONFIG_PROGRAM` for what the file throws
 */
export async function runProgram(file: string, env: Reading["env"]): Promise<ConfigProgram> {
  if (isTypeScript.test(file) && process.features.typescript === false) {
    const reason = "this Node cannot read TypeScript (it was built or started without type stripping)";
    throw new TokenwardError("ERR_CONFIG_UNREADABLE", { path: file, reason });
  }
  try {
    const { result, created } = await whileConfiguring(path.dirname(file), env, async () => await importOnce(file));
    return { document: documentOf(result.default), created };
  } catch (error) {
    const place = `${file}${lineIn(error, file)}`;
    throw new TokenwardError("ERR_CONFIG_PROGRAM", { path: place, reason: reasonOf(error) }, { cause: error });
  }
}

// Always an ES module, whatever the nearest package.json says: `npm init` writes one that would forbid `import`.
async function importOnce(file: string): Promise<{ readonly default?: unknown }> {
  const { href } = pathToFileURL(file);
  // Node keeps modules for good; a second reading in one process wants the file as it is now.
  const run = (runs.get(href) ?? 0) + 1;
  runs.set(href, run);
  const url = run === 1 ? href : `${href}?run=${run}`;
  const format = isTypeScript.test(file) ? "module-typescript" : "module";
  const hooks = registerHooks({
    load: (asked, context, next) => next(asked, asked === url ? { ...context, format } : context),
  });
  try {
    return (await import(url)) as { readonly default?: unknown };
  } finally {
    hooks.deregister();
  }
}

// The first line of the stack that names the file: for a slip in the syntax, too. Nothing else of it is shown.
function lineIn(error: unknown, file: string): string {
  if (!(error instanceof Error) || error.stack === undefined) return "";
  const { href } = pathToFileURL(file);
  for (const [, place = "", line] of error.stack.matchAll(/(file:\/\/\S+?):(\d+)\b/g)) {
    if (place.replace(/\?run=\d+$/, "") === href) return `:${line}`;
  }
  return "";
}

function reasonOf(error: unknown): string {
  const sentence = messageOf(error).replace(/\.$/, "");
  return (error as { code?: unknown } | null)?.code === "ERR_MODULE_NOT_FOUND"
    ? `${sentence.replace(/ imported from .*$/, "")}; install it beside the file`
    : sentence;
}
