import * as z from "zod";

/** Options of the local write-back, as under `auth.writeback.local` in a configuration file. */
export interface LocalOptions {
  /**
   * `keychain`: the operating system's. `file`: age-encrypted files. Default: chosen once, at the first save; the
   * keychain where one works, else files. Never switched afterwards.
   */
  readonly store?: "keychain" | "file" | undefined;
  /**
   * Folder of the files and of the record of that choice, relative to the configuration file. Default:
   * `tokenward/grants` in the platform's data folder (`$XDG_DATA_HOME`, `~/.local/share`; `~/Library/Application
   * Support`; `%LOCALAPPDATA%`).
   */
  readonly path?: string | undefined;
  /**
   * Whether this machine keeps its disk when the run is over. Default: `true`, but `false` where `CI` is set, since a
   * rotated token would be lost with the runner.
   */
  readonly outlives_run?: boolean | undefined;
}

/** Checks {@link LocalOptions}. */
export const optionsSchema: z.ZodType<LocalOptions> = z.strictObject({
  store: z.enum(["keychain", "file"]).optional(),
  path: z.string().min(1).optional(),
  outlives_run: z.boolean().optional(),
});
