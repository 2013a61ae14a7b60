import { Argument, type Command } from "commander";
import type { Shell } from "../completion/scripts.ts";
import type { Run } from "./run.ts";

const shells: readonly Shell[] = ["bash", "zsh", "fish", "powershell"];

/** `tokenward completion <shell>` */
export function addCompletionCommand(program: Command, run: Run): void {
  const completion = program
    .command("completion")
    .summary("print a completion script for your shell")
    .description("Prints a script that completes commands, options and the grants of your configuration.")
    .addArgument(new Argument("<shell>", "your shell").choices(shells))
    .action((shell: Shell) =>
      run(completion, async (context) => await (await import("../commands/completion.ts")).completion(shell, context)),
    );
}
