import process from "node:process";
import type { ExitCode } from "./context.ts";
import { exitCodeOf, printProblem } from "./output/problem.ts";
import { processOutput } from "./output/output.ts";
import { parse } from "./program.ts";

/**
 * Runs one command line and ends the process with its exit code.
 *
 * @param args without the program's own name
 */
export async function main(args: readonly string[]): Promise<void> {
  // Known before parsing, so that a mistake in the command line is JSON, too.
  const output = processOutput(args.includes("--json"));
  let exitCode: ExitCode;
  try {
    exitCode = await parse(args, { output, env: process.env, folder: process.cwd() });
  } catch (error) {
    await printProblem(error, output);
    exitCode = exitCodeOf(error);
  }
  await output.flush();
  // Idle keep-alive connections would otherwise hold the process for seconds.
  process.exit(exitCode);
}
