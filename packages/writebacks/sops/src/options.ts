import * as z from "zod";

/** How a changed file is made known to other machines, as part of every save. */
export interface PublishOptions {
  /**
   * Program and arguments, no shell; a path is relative to the configuration file. Runs in the file's folder after the file
   * was replaced. Exit code 0: others have it.
   */
  readonly command: readonly string[];
  /** The same without a change: would it be accepted? Runs before anything is spent. */
  readonly probe: readonly string[];
}

/** Options of the SOPS write-back, as under `auth.writeback.sops` in a configuration file. */
export interface SopsOptions {
  /** The encrypted file: `.yaml`, `.yml`, `.json` or `.env`, relative to the configuration file. It must exist. */
  readonly file: string;
  /**
   * Makes the changed file known to others, such as a git commit and push. A list is one program for both, its path relative
   * to the configuration file: it finds `TOKENWARD_PUBLISH=probe` or `TOKENWARD_PUBLISH=save` in its environment. Needed where `CI` is set and the file
   * lies in a git work tree.
   */
  readonly publish?: readonly string[] | PublishOptions | undefined;
  /** Path of the `sops` program, 3.11 or newer, relative to the configuration file. Default: `sops` of PATH. */
  readonly sops?: string | undefined;
  /** Milliseconds for one run of `sops` or of `publish`, and for waiting for the file's lock. Default 15 000. */
  readonly timeout?: number | undefined;
}

const command = z.array(z.string().min(1)).min(1);

/** Checks {@link SopsOptions}. */
export const optionsSchema: z.ZodType<SopsOptions> = z.strictObject({
  file: z.string().regex(/\.(ya?ml|json|env)$/, "must end in .yaml, .yml, .json or .env"),
  publish: z.union([command, z.strictObject({ command, probe: command })]).optional(),
  sops: z.string().min(1).optional(),
  timeout: z.int().min(1).max(60_000).optional(),
});
