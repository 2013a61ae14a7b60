import type { Output } from "./output/output.ts";

/** What a command works with. */
export interface Context {
  readonly output: Output;
  /** Of this CLI and of the plugins that it brings along. */
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder a configuration is looked for in, and above. */
  readonly folder: string;
  /** `--config`. */
  readonly configPath?: string | undefined;
}

/** 0: nothing needs a human. 1: something does. 2: usage, configuration, or nothing could be judged. */
export type ExitCode = 0 | 1 | 2;
