import { resolve } from "node:path";
import { defineState, type Plugin } from "@tokenward/core/plugin";
import * as z from "zod";
import { localState } from "./local-state.ts";

export { localState, type LocalStateOptions } from "./local-state.ts";

/** Options in a configuration file, under `state.local`. */
export interface LocalStateConfig {
  /**
   * Where the state lives; relative to the configuration file. Default `TOKENWARD_STATE_DIR`, else the platform's
   * folder for state.
   */
  readonly folder?: string | undefined;
  /** Whether this machine's disk is gone after the run. Default: whether `CI` is set. */
  readonly ephemeral?: boolean | undefined;
}

/** The state of one machine, as a plugin: `state: { backend: local }`. */
export const local: Plugin<"state", LocalStateConfig> = defineState<LocalStateConfig>({
  name: "local",
  apiVersion: 1,
  options: z.strictObject({
    folder: z.string().min(1).optional(),
    ephemeral: z.boolean().optional(),
  }),
  create: ({ folder, ephemeral }, { folder: base, env }) =>
    localState({ folder: folder === undefined ? undefined : resolve(base, folder), ephemeral, env }),
});

export default local;
