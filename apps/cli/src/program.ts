import { Command, CommanderError } from "commander";
import type { Context, ExitCode } from "./context.ts";
import { addAlertCommands } from "./program/alerts.ts";
import { addAuthCommands } from "./program/auth.ts";
import { addCompletionCommand } from "./program/completion.ts";
import { addConfigCommands } from "./program/config.ts";
import { addPages } from "./program/page.ts";
import type { Run } from "./program/run.ts";
import { addSandboxCommand } from "./program/sandbox.ts";
import { addWriteBackCommands } from "./program/write-back.ts";
import { usageError } from "./program/usage.ts";

/**
 * Parses a command line and runs the one command that it names. Every command is imported when it is called, and
 * nothing else is.
 *
 * @throws `ERR_CONFIG_USAGE` where the line is not one that Tokenward knows; nothing has run then
 */
export async function parse(args: readonly string[], surroundings: Context): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  const run: Run = async (command, work) => {
    const { config, envFile } = command.optsWithGlobals<{ config?: string; envFile?: string }>();
    const env =
      envFile === undefined
        ? surroundings.env
        : (await import("./environment-file.ts")).environmentWith(envFile, surroundings);
    exitCode = await work({ ...surroundings, env, configPath: config });
  };
  const program = createProgram(surroundings, run);
  // What completion scripts call at every Tab. The words behind it are an unfinished line, and not parsed as one.
  if (args[0] === "complete" && args[1] === "--") {
    return await (await import("./commands/complete.ts")).complete(program, args.slice(2), surroundings);
  }
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw usageError(error);
  }
  return exitCode;
}

/** Every command of the program. Its help, its completion and its reference are read from here. */
export function createProgram({ output, version }: Pick<Context, "output" | "version">, run: Run): Command {
  const program = new Command("tokenward")
    .description("Keeps the OAuth tokens of unattended integrations alive, and never loses one.")
    .option("--config <file>", "configuration to use (default: tokenward.config.yaml here or above)")
    .option("--env-file <file>", "add the variables of a .env file; what is set already wins")
    .option("-V, --version", "print the version")
    .on("option:version", () => {
      output.data(version);
      throw new CommanderError(0, "tokenward.version", "version");
    })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.data(text.trimEnd()),
      writeErr: (text) => output.note(text.trimEnd()),
      // Reported once, by main, in the form that was asked for.
      outputError: () => undefined,
    });
  addAuthCommands(program, run);
  addWriteBackCommands(program, run);
  addAlertCommands(program, run);
  addConfigCommands(program, run);
  addSandboxCommand(program, run);
  addCompletionCommand(program, run);
  addPages(program, output);
  return program;
}
