import { endpointMistake } from "@tokenward/core/plugin";
import * as z from "zod";

/** Options of the YouTube refresher. None is needed. */
export interface YouTubeOptions {
  /** Where access tokens are minted. Default `https://oauth2.googleapis.com/token`. */
  readonly token_url?: string | undefined;
  /** Where `verify` asks about an access token. Default `https://oauth2.googleapis.com/tokeninfo`. */
  readonly tokeninfo_url?: string | undefined;
  /** Where a human consents. Default `https://accounts.google.com/o/oauth2/v2/auth`. */
  readonly authorize_url?: string | undefined;
  /** Where a grant is ended. Default `https://oauth2.googleapis.com/revoke`. */
  readonly revoke_url?: string | undefined;
}

const address = z.string().superRefine((url, context) => {
  const mistake = endpointMistake(url);
  if (mistake !== undefined) context.addIssue(mistake);
});

/** Checks {@link YouTubeOptions}. */
export const youtubeOptions: z.ZodType<YouTubeOptions, YouTubeOptions> = z.strictObject({
  token_url: address.optional(),
  tokeninfo_url: address.optional(),
  authorize_url: address.optional(),
  revoke_url: address.optional(),
});
