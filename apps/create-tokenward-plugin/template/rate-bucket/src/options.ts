import * as z from "zod";

/** Options of the rate bucket, as they stand under its name in a configuration file. */
export interface SampleNameOptions {
  /** Calls that a key has room for at once, from 1. Default 60. */
  readonly capacity?: number | undefined;
  /** Calls for which room grows again in a minute, more than 0. Default: as many as `capacity`. */
  readonly per_minute?: number | undefined;
  /** Seconds that a call waits for room at most, from 0. Default: as long as its caller can. */
  readonly longest_wait?: number | undefined;
}

/** Checks {@link SampleNameOptions}. */
export const optionsSchema: z.ZodType<SampleNameOptions> = z.strictObject({
  capacity: z.int().min(1).optional(),
  per_minute: z.number().positive().optional(),
  longest_wait: z.number().min(0).optional(),
});
