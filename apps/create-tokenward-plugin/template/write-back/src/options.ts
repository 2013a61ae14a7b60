import * as z from "zod";

/** Options of the write-back, as they stand under its name in a configuration file. */
export interface SampleNameOptions {
  /** Folder of the files, relative to the configuration file. It is made at the first save. */
  readonly folder: string;
  /** Whether the folder is still there when this run is over. Default: `true`, but `false` where `CI` is set. */
  readonly outlives_run?: boolean | undefined;
}

/** Checks {@link SampleNameOptions}. */
export const optionsSchema: z.ZodType<SampleNameOptions> = z.strictObject({
  folder: z.string().min(1),
  outlives_run: z.boolean().optional(),
});
