import { endpointMistake } from "@tokenward/core/plugin";
import * as z from "zod";

/** Options of the refresher, as they stand under the platform in a configuration file. None is needed. */
export interface SampleNameOptions {
  /** Where tokens are exchanged. Default `https://sample-name.example/oauth/token`. */
  readonly token_url?: string | undefined;
  /** Where `verify` asks who an access token belongs to. Default `https://sample-name.example/api/me`. */
  readonly user_url?: string | undefined;
}

// https, or this machine: that is how a sandbox is used.
const address = z.string().superRefine((url, context) => {
  const mistake = endpointMistake(url);
  if (mistake !== undefined) context.addIssue(mistake);
});

/** Checks {@link SampleNameOptions}. */
export const optionsSchema: z.ZodType<SampleNameOptions> = z.strictObject({
  token_url: address.optional(),
  user_url: address.optional(),
});
