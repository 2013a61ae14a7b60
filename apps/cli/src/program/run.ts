import type { Command } from "commander";
import type { Context, ExitCode } from "../context.ts";

/** Runs what a command is for, with the options that stand anywhere on its line. */
export type Run = (command: Command, work: (context: Context) => Promise<ExitCode>) => Promise<void>;

/** The option of every command that prints data. */
export const json = ["--json", "print one JSON document, also for a failure"] as const;
