import { endpointMistake } from "@tokenward/core/plugin";
import * as z from "zod";

/** Options of the Podium refresher. None is needed. */
export interface PodiumOptions {
  /**
   * Where tokens are exchanged; `https://accounts.podium.com/oauth/token` works in deployed programs, too.
   * Default `https://api.podium.com/oauth/token`.
   */
  readonly token_url?: string | undefined;
  /** How parameters are sent; `json` is documented, and a form accepted. Default `json`. */
  readonly body?: "json" | "form" | undefined;
  /**
   * What `verify` asks: `webhooks`, which needs no scope; `locations`, which needs `read_locations` and names the
   * organisation; or the address of another route that answers 2xx to a working token. Default `webhooks`.
   */
  readonly health_check?: string | undefined;
  /** The API that `webhooks` and `locations` are routes of. Default `https://api.podium.com/v4`. */
  readonly api_url?: string | undefined;
  /** Where a human consents. Default `https://api.podium.com/oauth/authorize`. */
  readonly authorize_url?: string | undefined;
}

const address = z.string().superRefine((url, context) => {
  const mistake = endpointMistake(url);
  if (mistake !== undefined) context.addIssue(mistake);
});

const healthCheck = z.string().superRefine((check, context) => {
  if (check === "webhooks" || check === "locations") return;
  const meant = check.includes("://") ? endpointMistake(check) : "must be webhooks, locations, or an address";
  if (meant !== undefined) context.addIssue(meant);
});

/** Checks {@link PodiumOptions}. */
export const podiumOptions: z.ZodType<PodiumOptions, PodiumOptions> = z.strictObject({
  token_url: address.optional(),
  body: z.enum(["json", "form"]).optional(),
  health_check: healthCheck.optional(),
  api_url: address.optional(),
  authorize_url: address.optional(),
});
