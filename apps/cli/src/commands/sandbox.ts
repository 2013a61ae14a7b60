import { TokenwardError } from "@tokenward/core";
import { runSandbox } from "@tokenward/sandbox";
import type { Context, ExitCode } from "../context.ts";
import { stopSignals } from "../stop-signals.ts";

/** `tokenward sandbox [--port 4010]` */
export async function sandbox({ output }: Context, port: number): Promise<ExitCode> {
  const stop = stopSignals((name) => output.note(`${name}: the sandbox stops.`));
  try {
    await runSandbox({ port, signal: stop, note: (line) => output.data(line) });
    return 0;
  } catch (error) {
    throw isTaken(error) ? new TokenwardError("ERR_CONFIG_USAGE", { reason: error.message }) : error;
  }
}

function isTaken(error: unknown): error is Error {
  return error instanceof Error && (error.cause as NodeJS.ErrnoException | undefined)?.code === "EADDRINUSE";
}
