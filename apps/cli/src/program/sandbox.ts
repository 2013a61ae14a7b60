import type { Command } from "commander";
import type { Run } from "./run.ts";
import { portOf } from "./usage.ts";

/** `tokenward sandbox` */
export function addSandboxCommand(program: Command, run: Run): void {
  const sandbox = program
    .command("sandbox")
    .summary("run all platforms on localhost")
    .description("Runs a hostile copy of every platform on 127.0.0.1, to try things out without an account.")
    .option("--port <number>", "port to listen on; 0 picks a free one", portOf, 4010)
    .action(({ port }: { port: number }) =>
      run(sandbox, async (context) => await (await import("../commands/sandbox.ts")).sandbox(context, port)),
    );
}
