import type { Secret } from "./secret.ts";
import { TokenwardError } from "./errors/error.ts";

/** `tiktok`, or `tiktok/brand-a` where a platform has several accounts. */
export type GrantId = string;

/** Which OAuth app: the platform's name, or `platform/account` where accounts bring their own app. */
export type ClientId = string;

/** The two halves of a {@link GrantId}. */
export interface GrantName {
  readonly platform: string;
  readonly account?: string | undefined;
}

const grantIdPattern = /^([a-z0-9][a-z0-9-]*)(?:\/([A-Za-z0-9][A-Za-z0-9._-]*))?$/;

/**
 * Splits a grant id.
 *
 * @throws `ERR_CONFIG_GRANT_NAME` when the text is not of the form `platform` or `platform/account`.
 */
export function parseGrantId(id: GrantId): GrantName {
  const match = grantIdPattern.exec(id);
  if (match === null) throw new TokenwardError("ERR_CONFIG_GRANT_NAME", { grant: id });
  return { platform: match[1] as string, account: match[2] };
}

/** What a human consented to on one platform, with everything known about it. Times are absolute. */
export interface Grant {
  readonly id: GrantId;
  readonly platform: string;
  readonly account?: string | undefined;
  readonly accessToken?: Secret | undefined;
  /** Absent: the platform did not say, or nobody recorded it. Never "for ever". */
  readonly accessTokenExpiresAt?: Date | undefined;
  readonly refreshToken?: Secret | undefined;
  readonly refreshTokenExpiresAt?: Date | undefined;
  /**
   * What the platform was seen to do with the refresh token's end: `slides` with each exchange, or stands `fixed`
   * from the first consent on. Absent until two ends have been seen.
   */
  readonly refreshTokenEnd?: "slides" | "fixed" | undefined;
  /** Granted scopes. Absent: never stated. */
  readonly scopes?: readonly string[] | undefined;
  /** When the access token was minted. With its end it gives the lifetime that fractions are taken of. */
  readonly rotatedAt?: Date | undefined;
  /** When the refresh token was last used to refresh. API calls do not count; decay is measured from here. */
  readonly lastUsedAt?: Date | undefined;
  /** When a human last consented, as far as known: the time of import or capture. */
  readonly consentedAt?: Date | undefined;
  /** Further facts without secrets that a platform ties to the grant, such as `open_id` or `instance_url`. */
  readonly attributes?: Readonly<Record<string, string>> | undefined;
}

/**
 * Names one stored state of a grant. The generation decides; the fingerprint where the generation is unknown.
 * Generation 0 means that nothing is stored yet (the grant came from the environment, or does not exist).
 */
export interface Version {
  /** Absent: unknown, because a human edited the store by hand. */
  readonly generation?: number | undefined;
  /** HMAC of the credential that an exchange presents; see {@link fingerprintOf}. */
  readonly fingerprint?: string | undefined;
}

/** The version of what is not stored. */
export const nothingStored: Version = Object.freeze({ generation: 0 });

/** A grant as a write-back keeps it. */
export interface StoredGrant extends Grant {
  /** Counts the saves, from 1. A save names the version that it replaces. Absent: unknown; see {@link Version}. */
  readonly generation?: number | undefined;
  /** Fingerprint of the credential an exchange presents. Absent where a human put the token there by hand. */
  readonly fingerprint?: string | undefined;
  /** An open intent of some machine, written here so that machines without common state see each other. */
  readonly claim?: Intent | undefined;
  /**
   * A save reached the place but not every part of it (a new version without its label, a token beside an old record).
   * The grant is as new as it reads; saving the very same again completes it, which is what step 3 does.
   */
  readonly unfinished?: boolean | undefined;
  /** A tombstone: a human moved or forgot this grant. It holds no token, and nothing seeds it anew by itself. */
  readonly retired?: Retirement | undefined;
}

/** Why a place holds a grant no longer. */
export interface Retirement {
  readonly at: Date;
  /** The target that it was moved to. Absent: it was forgotten. */
  readonly movedTo?: string | undefined;
}

/** Names one stored state, and whose claim stands in it. */
export interface ClaimedVersion extends Version {
  /** Id of the intent whose claim is replaced or withdrawn. Absent: no claim is open. */
  readonly claim?: string | undefined;
}

/** The durable memory of "about to spend this token", in the journal and, as a claim, beside the grant. */
export interface Intent {
  readonly id: string;
  readonly version: Version;
  readonly host: string;
  /** Identifies the run (the process) that wrote it. */
  readonly run: string;
  readonly at: Date;
  /** Until when the exchange may be under way. Past it, an intent without an answer is in doubt. */
  readonly deadline: Date;
  /** Counts how often this token was presented, from 1. More than 1 only where a resend is safe, or a human said so. */
  readonly attempt: number;
}

/** Id and secrets of an OAuth app. */
export interface Client {
  readonly id: string;
  /** Newest first. Empty for a public client. */
  readonly secrets: readonly Secret[];
  /** Version of the record the secrets came from, where a write-back keeps them. */
  readonly version?: string | undefined;
}
