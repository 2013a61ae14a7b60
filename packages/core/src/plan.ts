import type { Client, Grant, GrantId } from "./grant.ts";
import type { Refresher } from "./refresher.ts";
import type { WriteBack } from "./write-back.ts";

/** The days of a 90-day idle limit at which an unused grant is reported; they scale with the platform's limit. */
export interface DecayDays {
  readonly warn: number;
  readonly page: number;
  readonly critical: number;
}

/** Everything the engine needs to keep one grant alive. */
export interface GrantPlan {
  readonly id: GrantId;
  /** With the configuration's trait overrides applied; see `withTraits`. */
  readonly refresher: Refresher;
  readonly client: Client;
  readonly writeBack: WriteBack;
  /** The write-back's name in messages: `local`, `gitlab`. */
  readonly writeBackName: string;
  /** Whose it is alone, where it is not that of all grants: a platform's or a grant's id. Alerts are told apart by it. */
  readonly writeBackOf?: string | undefined;
  /** Replaces the refresher's own default. Empty: none are required. */
  readonly requiredScopes?: readonly string[] | undefined;
  /** What happens to the token under scope drift: it is served with an alert (default), or refused. */
  readonly onScopeDrift?: "serve" | "refuse" | undefined;
  /** Fraction of the access token's lifetime after which it is due. Default 0.8. */
  readonly refreshAt?: number | undefined;
  readonly alertBeforeDays?: number | undefined;
  readonly decay?: DecayDays | undefined;
  /** First facts from the configuration; what is stored wins. */
  readonly firstFacts?: Pick<Grant, "accessTokenExpiresAt" | "refreshTokenExpiresAt"> | undefined;
  /** Replaces the prefix of the grant's environment variables. */
  readonly environmentPrefix?: string | undefined;
}

/** What alerts call the write-back of a grant: `gitlab`, or `gitlab of tiktok` where TikTok has one of its own. */
export function writeBackLabel({
  writeBackName,
  writeBackOf,
}: Pick<GrantPlan, "writeBackName" | "writeBackOf">): string {
  return writeBackOf === undefined ? writeBackName : `${writeBackName} of ${writeBackOf}`;
}
