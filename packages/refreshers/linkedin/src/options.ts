import { endpointMistake } from "@tokenward/core/plugin";
import * as z from "zod";

/** Options of the LinkedIn refresher. None is needed. */
export interface LinkedInOptions {
  /** Where tokens are exchanged. Default `https://www.linkedin.com/oauth/v2/accessToken`. */
  readonly token_url?: string | undefined;
  /** Where a run asks whether a token still works. Default `https://www.linkedin.com/oauth/v2/introspectToken`. */
  readonly introspect_url?: string | undefined;
  /** Where it asks without a client secret. Default `https://api.linkedin.com/v2/userinfo`. */
  readonly userinfo_url?: string | undefined;
  /** Where a human consents. Default `https://www.linkedin.com/oauth/v2/authorization`. */
  readonly authorize_url?: string | undefined;
  /** Where a grant is ended. Default `https://www.linkedin.com/oauth/v2/revoke`. */
  readonly revoke_url?: string | undefined;
}

const address = z.string().superRefine((url, context) => {
  const mistake = endpointMistake(url);
  if (mistake !== undefined) context.addIssue(mistake);
});

/** Checks {@link LinkedInOptions}. */
export const linkedinOptions: z.ZodType<LinkedInOptions, LinkedInOptions> = z.strictObject({
  token_url: address.optional(),
  introspect_url: address.optional(),
  userinfo_url: address.optional(),
  authorize_url: address.optional(),
  revoke_url: address.optional(),
});
