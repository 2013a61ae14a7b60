import type { HttpAnswer, HttpRequest } from "./http/message.ts";
import type { Client, Grant } from "./grant.ts";
import type { FailureClass } from "./failure.ts";
import type { PluginIO } from "./plugin-io.ts";
import type { Secret } from "./secret.ts";

/** What a platform does with the tokens that an exchange presents and returns. */
export interface RefresherTraits {
  /** May the presented token change? `never` means that nothing has to be saved before use. */
  readonly rotation: "always" | "sometimes" | "never";
  /**
   * What presenting an already exchanged token does: it kills the grant (`strict`), is forgiven for a while, or is
   * harmless (`retry-safe`). Decides whether a request without an answer may be sent again.
   */
  readonly reuse: "strict" | { readonly graceSeconds: number } | "retry-safe";
  /** Which token an exchange presents. Default `refresh-token`; Instagram renews its access token in place. */
  readonly presents?: "refresh-token" | "access-token" | undefined;
  /** `every-run`: a batch run exchanges it each time. `when-due` (default): only when {@link Refresher.assess} says so. */
  readonly cadence?: "every-run" | "when-due" | undefined;
  /** The presented token must be at least this old. Instagram: 24 h. */
  readonly minimumAgeSeconds?: number | undefined;
  /** The refresh token dies when it was not used to refresh for this long. Podium: 90, unverified. */
  readonly idleLimitDays?: number | undefined;
}

/** What {@link Refresher.assess} may know beside the grant. */
export interface AssessPolicy {
  /** The refresher's traits with the configuration's overrides applied. */
  readonly traits: RefresherTraits;
  /** Fraction of the access token's lifetime after which it is due, 0 to 1. Default 0.8. */
  readonly refreshAt: number;
  /** Where only a human can renew: how many days before the end to alert. */
  readonly alertBeforeDays?: number | undefined;
  /** Whether id and secret of the OAuth app are at hand, so that a run can ask the platform with them. */
  readonly clientKnown?: boolean | undefined;
}

/** What stored facts say about a grant, without asking anyone. */
export interface Assessment {
  /**
   * `due`: an exchange is wanted. `healthy` and `skipped`: nothing to do (skipped says that something would be, but
   * may not yet). `reauth-required`: only a human can help. `unknown`: facts are missing; `verify` may find them.
   */
  readonly verdict: "due" | "healthy" | "skipped" | "reauth-required" | "unknown";
  /** One short sentence for a human, without secrets: why this verdict. */
  readonly reason: string;
  /** What an exchange does here, in the words of a dry run. Default `refresh`. */
  readonly would?: "rotate" | "refresh" | "health-check" | undefined;
  /** The day by which a human must have consented again, where one is known. */
  readonly reauthBy?: Date | undefined;
  /** Whether this needs a human's attention although nothing failed yet (a non-refreshable token nearing its end). */
  readonly alert?: boolean | undefined;
  /**
   * A run asks the platform whether this is still true ({@link Refresher.verify}), also where no fact is missing; a dry
   * run does not. For tokens that no exchange proves.
   */
  readonly verify?: boolean | undefined;
  /**
   * Whether a machine can renew this grant at all. `false` says that a grant without the token that an exchange would
   * present is in order (LinkedIn's standard apps). Default: there is a request, and something to present.
   */
  readonly refreshable?: boolean | undefined;
}

/** The platform exchanged the token. What is absent stays as it is stored: absence never wipes anything. */
export interface Exchanged {
  readonly kind: "exchanged";
  readonly accessToken?: Secret | undefined;
  readonly accessTokenExpiresAt?: Date | undefined;
  readonly refreshToken?: Secret | undefined;
  readonly refreshTokenExpiresAt?: Date | undefined;
  /** Absent means unchanged (RFC 6749, section 5.1). */
  readonly scopes?: readonly string[] | undefined;
  readonly attributes?: Readonly<Record<string, string>> | undefined;
  /**
   * What is wrong with the answer although tokens were found in it: one sentence without secrets. Core saves the
   * tokens first and complains afterwards.
   */
  readonly malformed?: string | undefined;
}

/** The platform did not exchange the token, or nothing usable can be read from what it answered. */
export interface Refused {
  readonly kind: "refused";
  readonly class: Exclude<FailureClass, "write-back" | "lease" | "refused">;
  /** The platform's own error code (`invalid_grant`), never its prose. */
  readonly error?: string | undefined;
  /** One sentence without secrets. */
  readonly detail: string;
  /** What the platform calls this failure in its logs, such as TikTok's `log_id`. */
  readonly reference?: string | undefined;
}

/** What a read-only look at the platform found. What is absent stays as it is stored. */
export interface Verified {
  readonly works: boolean;
  /** Who the token belongs to, as the platform names them. */
  readonly subject?: string | undefined;
  readonly accessTokenExpiresAt?: Date | undefined;
  readonly refreshTokenExpiresAt?: Date | undefined;
  readonly scopes?: readonly string[] | undefined;
  /** Facts without secrets to keep beside the grant, such as Meta's `data_access_expires_at`. */
  readonly attributes?: Readonly<Record<string, string>> | undefined;
  /** One sentence without secrets. */
  readonly detail?: string | undefined;
  /** Where it does not work: why. `propagating` is not a dead token. */
  readonly class?: FailureClass | undefined;
}

/** How a first token is captured. Used by `@tokenward/capture`. */
export interface AuthorizationDialect {
  /** Where the human consents. */
  readonly authorizeUrl: string;
  readonly flow: "code" | "device" | "paste";
  readonly clientIdParameter: string;
  readonly scopeSeparator: string;
  /** Extra query parameters, such as Google's `access_type=offline`. */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  readonly pkce: "S256" | "S256-hex" | "none";
  /** Whether `http://127.0.0.1:<port>` may be the redirect address. */
  readonly loopback: boolean;
  /** The name that a loopback address is registered under, where `127.0.0.1` is not accepted. */
  readonly loopbackHost?: "localhost" | undefined;
  /** Where a device code is asked for (RFC 8628). */
  readonly deviceUrl?: string | undefined;
  /** The exchange of a code for the first tokens. Pure, like {@link Refresher.request}. */
  codeRequest(
    code: { readonly code: Secret; readonly redirectUri: string; readonly codeVerifier?: Secret | undefined },
    client: Client,
  ): HttpRequest;
  /** May name a second request that the first answer calls for (Instagram: short-lived to long-lived). */
  interpretCode(answer: HttpAnswer, now: Date, client: Client): Exchanged | Refused | NextExchange;
}

/** The second exchange of a platform that hands out its lasting token in two steps. */
export interface NextExchange {
  readonly kind: "next";
  readonly request: HttpRequest;
  /** Reads the second answer, together with what only the first one said. Pure; what it returns is final. */
  interpret(answer: HttpAnswer, now: Date): Exchanged | Refused;
}

/** How a grant is ended on the platform. */
export interface RevocationDialect {
  request(grant: Grant, client: Client): HttpRequest;
  interpret(answer: HttpAnswer): { readonly kind: "revoked" } | Refused;
  /** What else dies with it, for the question that a human is asked first. */
  readonly reach: string;
}

/**
 * Knows one platform's exchange, and nothing else. It performs no I/O for an exchange: it builds a request and
 * interprets an answer, both pure, and core sends. So "sent or not" is a fact, the raw answer is durable before any
 * plugin parses it, and it can be interpreted again later, also by a fixed plugin.
 */
export interface Refresher {
  readonly platform: string;
  /** What humans call it in alerts: `LinkedIn`. Default: `platform`. */
  readonly displayName?: string | undefined;
  readonly traits: RefresherTraits;
  /** The token endpoint, without query or secrets: the key of the budget that its grants share. */
  readonly endpoint?: string | undefined;
  /**
   * What an exchange needs of the OAuth app: nothing (Instagram renews by the token alone), its id (a public client;
   * the default), or its id and secret. Configuration reports what is missing before anything connects. `optional`: some
   * grants get along without (LinkedIn counts them down); a request that needs it says so.
   */
  readonly client?: "none" | "optional" | "public" | "confidential" | undefined;
  /** Scopes that a grant needs unless the configuration names others. */
  readonly requiredScopes?: readonly string[] | undefined;
  /** Other names of the same scope, `alias -> name`: `contacts.read` is `read_contacts`. */
  readonly scopeAliases?: Readonly<Record<string, string>> | undefined;
  /** Where a human consents, as a sentence or an address, until capture can do it. */
  readonly consent?: string | undefined;
  /** Pure, from stored facts. All that a dry run ever calls. */
  assess(grant: Grant, now: Date, policy: AssessPolicy): Assessment;
  /** Pure. Absent: only a human can renew (LinkedIn's standard apps). */
  request?(grant: Grant, client: Client): HttpRequest | Promise<HttpRequest>;
  /** Pure. Throws never: what it cannot read is a {@link Refused} of class `in-doubt`. */
  interpret?(answer: HttpAnswer, grant: Grant, now: Date): Exchanged | Refused;
  /** Read-only: works? for whom, until when, which scopes. */
  verify?(grant: Grant, client: Client, accessToken: Secret, io: PluginIO): Promise<Verified>;
  readonly authorization?: AuthorizationDialect | undefined;
  readonly revocation?: RevocationDialect | undefined;
}
