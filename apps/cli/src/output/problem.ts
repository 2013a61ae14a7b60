import type { ConfigProblems } from "@tokenward/config";
import { messageOf, TokenwardError } from "@tokenward/core";
import { document } from "./status-document.ts";
import { plain, type Output } from "./output.ts";

/** Prints why a command failed, with the fix; as JSON on stdout where data is JSON. */
export async function printProblem(thrown: unknown, output: Output): Promise<void> {
  const { code, message, fix } = problemOf(thrown);
  const { path, problems } = thrown as Partial<ConfigProblems>;
  // Only then: whoever made no mistake should not wait for the YAML parser.
  const config = problems === undefined ? undefined : await import("./config-problems.ts");
  if (output.json) {
    const listed = config && { problems: problems?.map((problem) => config.problemDocument(problem)) };
    output.data(document({ error: { code, message, fix, ...listed } }));
    return;
  }
  output.note(plain(`${code}: ${message}`));
  for (const problem of problems ?? []) output.note(`  ${config?.problemLine(String(path), problem)}`);
  output.note(plain(fix));
}

// What was handed over is not what it should be; nothing was found out about any grant.
const unjudged: ReadonlySet<string> = new Set([
  "ERR_AUTH_IMPORT_INVALID",
  "ERR_AUTH_CAPSULE_UNREADABLE",
  "ERR_AUTH_CAPSULE_IDENTITY",
]);

/** 2 where nothing could be judged; 1 where one grant failed. */
export function exitCodeOf(thrown: unknown): 1 | 2 {
  if (!TokenwardError.is(thrown) || unjudged.has(thrown.code)) return 2;
  return /^ERR_(AUTH|WRITEBACK)_/.test(thrown.code) ? 1 : 2;
}

function problemOf(thrown: unknown): { readonly code: string; readonly message: string; readonly fix: string } {
  if (TokenwardError.is(thrown)) return { code: thrown.code, message: thrown.message, fix: thrown.fix };
  return {
    code: "ERR_AUTH_INTERNAL",
    message: `Tokenward failed in an unexpected way: ${messageOf(thrown)}.`,
    fix: "Run again; if it stays, report it with the command and this message. Nothing is deleted because of an error.",
  };
}
