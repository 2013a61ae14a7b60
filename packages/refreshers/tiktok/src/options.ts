import { endpointMistake } from "@tokenward/core/plugin";
import * as z from "zod";

/** Options of the TikTok refresher. None is needed. */
export interface TikTokOptions {
  /** Where tokens are exchanged. Default `https://open.tiktokapis.com/v2/oauth/token/`, with its last slash. */
  readonly token_url?: string | undefined;
  /** Where `verify` asks who a token belongs to. Default `https://open.tiktokapis.com/v2/user/info/`. */
  readonly user_info_url?: string | undefined;
  /** Where a human consents. Default `https://www.tiktok.com/v2/auth/authorize/`. */
  readonly authorize_url?: string | undefined;
  /** Where a grant is ended. Default `https://open.tiktokapis.com/v2/oauth/revoke/`. */
  readonly revoke_url?: string | undefined;
}

const address = z.string().superRefine((url, context) => {
  const mistake = endpointMistake(url);
  if (mistake !== undefined) context.addIssue(mistake);
});

/** Checks {@link TikTokOptions}. */
export const tiktokOptions: z.ZodType<TikTokOptions, TikTokOptions> = z.strictObject({
  token_url: address.optional(),
  user_info_url: address.optional(),
  authorize_url: address.optional(),
  revoke_url: address.optional(),
});
