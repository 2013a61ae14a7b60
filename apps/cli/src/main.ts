import { messageOf, TokenwardError } from "@tokenward/core";
import { rememberMisplacedSecrets } from "./misplaced-secret.ts";
import { exitCodeOf, printProblem } from "./output/problem.ts";
import { processOutput, type Output } from "./output/output.ts";
import { parse } from "./program.ts";

/**
 * Runs one command line and ends the process with its exit code.
 *
 * @param args without the program's own name
 * @param version of this CLI and of the plugins that it brings along
 */
export async function main(args: readonly string[], version: string): Promise<void> {
  parseWithoutCompiling();
  // Known before parsing, so that a mistake in the command line is JSON, too.
  const output = processOutput(args.includes("--json"));
  // Should the work ever be dropped half-way, that must not look like success.
  process.exitCode = 2;
  const strays = surviveStrays(output);
  try {
    process.exitCode = await parse(args, { output, version, env: process.env, folder: process.cwd() });
  } catch (error) {
    if (TokenwardError.is(error) && error.code.startsWith("ERR_CONFIG_")) rememberMisplacedSecrets(args);
    await printProblem(error, output);
    process.exitCode = exitCodeOf(error);
  }
  if (strays.count > 0 && process.exitCode === 0) process.exitCode = 1;
  output.close();
  // Idle keep-alive connections would otherwise hold the process for seconds.
  process.exit();
}

// zod compiles a parser for each schema, which pays off in a service; a command reads each block once. This is where its
// `config({ jitless: true })` puts it, without loading zod for commands that need none.
function parseWithoutCompiling(): void {
  const shared = globalThis as { __zod_globalConfig?: { jitless?: boolean } };
  shared.__zod_globalConfig = { ...shared.__zod_globalConfig, jitless: true };
}

// An error that nobody awaited, such as a plugin's, must not kill an exchange that is under way; nor be printed raw.
function surviveStrays(output: Output): { count: number } {
  const strays = { count: 0 };
  process.on("uncaughtException", (error) => {
    strays.count += 1;
    output.note(`Unexpected, and not awaited by anyone: ${messageOf(error)}`);
  });
  return strays;
}
