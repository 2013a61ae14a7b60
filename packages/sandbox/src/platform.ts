/** A request as a platform sees it: the body is complete and at most 1 MiB. */
export interface SandboxRequest {
  readonly method: string;
  /** The path below `/<platform>`, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** An answer before any fault touches it. A string is sent as it is, anything else as JSON. */
export interface SandboxAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>> | undefined;
  readonly body: unknown;
}

/** Where a part of a token request was found. */
export type FoundIn = "form" | "json" | "query" | "basic";

/** What a platform could read from a token request. Whether it is right is decided afterwards. */
export interface TokenRequest {
  readonly grantType?: string | undefined;
  readonly clientId?: string | undefined;
  readonly clientSecret?: string | undefined;
  /** The token to exchange; an access token where the policy says so. */
  readonly refreshToken?: string | undefined;
  /** The scopes asked for, where a request narrows them. */
  readonly scopes?: readonly string[] | undefined;
  readonly clientFoundIn?: FoundIn | undefined;
  readonly bodyFoundIn?: FoundIn | undefined;
  /** Why the request cannot be accepted, whatever it says: a wrong method or content type. */
  readonly malformed?: string | undefined;
}

/** Why an exchange was refused. A platform words each in its own way. */
export type RefusalReason =
  | "malformed"
  | "unsupported-grant-type"
  | "missing-client"
  | "missing-token"
  | "wrong-client-auth"
  | "wrong-body"
  | "unknown-client"
  | "deleted-client"
  | "wrong-secret"
  | "wrong-client"
  | "unknown-token"
  | "spent-token"
  | "expired-token"
  | "revoked-grant"
  | "too-early"
  | "scope-beyond-grant"
  | "fault";

/** A refused exchange. */
export interface Refusal {
  readonly reason: RefusalReason;
  /** The RFC 6749 name, or what a fault asks for. */
  readonly error: string;
  /** Overrides the platform's own words. */
  readonly description?: string | undefined;
  /** Overrides the platform's own status. */
  readonly status?: number | undefined;
  /** Google's `error_subtype`, for platforms that know it. */
  readonly subtype?: string | undefined;
}

/** What an exchange or a consent issued. Times are seconds from now. */
export interface IssuedTokens {
  readonly accessToken: string;
  /** Absent where the platform does not send it: unchanged and left out, or never sent. */
  readonly refreshToken?: string | undefined;
  readonly expiresIn: number;
  /** Absent where the refresh token has no end. */
  readonly refreshExpiresIn?: number | undefined;
  /** Absent: the answer leaves the scopes out. */
  readonly scopes?: readonly string[] | undefined;
  readonly account: SandboxAccount;
  readonly now: Date;
  /** The request's number in the ledger, for log ids. */
  readonly n: number;
}

/** The human (or brand) who consented. */
export interface SandboxAccount {
  readonly name: string;
  /** Stable and unique in this sandbox. */
  readonly id: string;
}

/** What a resource endpoint may know about the presented access token. */
export interface PresentedAccess {
  /** Also tells a refresh token from an access token, for introspection. */
  readonly kind: "access" | "refresh" | "unknown";
  readonly state: "alive" | "expired" | "revoked" | "unknown" | "absent";
  readonly account?: SandboxAccount | undefined;
  readonly clientId?: string | undefined;
  readonly scopes: readonly string[];
  /** Whether the resource's required scope is among them. */
  readonly allowed: boolean;
  /** Seconds until the token ends; absent without an end. */
  readonly expiresIn?: number | undefined;
  /** When the human consented; absent for a token of nobody. */
  readonly grantedAt?: Date | undefined;
  /** The same as a time, also of a token that has ended. */
  readonly expiresAt?: Date | undefined;
  /** Absent for refresh tokens. */
  readonly mintedAt?: Date | undefined;
  /** Whether the client that {@link SandboxResource.client} found is known with this secret. */
  readonly clientAccepted?: boolean | undefined;
  readonly now: Date;
  readonly n: number;
  readonly request: SandboxRequest;
  readonly settings: PlatformSettings;
}

/** An endpoint that proves that a token works. */
export interface SandboxResource {
  /** Below `/<platform>`. */
  readonly path: string;
  readonly requiredScope?: string | undefined;
  /** Default: the bearer token of the Authorization header. */
  readonly presented?: ((request: SandboxRequest) => string | undefined) | undefined;
  /** Where a client authenticates itself here, such as for introspection. Default: nowhere. */
  readonly client?:
    | ((request: SandboxRequest) => { readonly id?: string | undefined; readonly secret?: string | undefined })
    | undefined;
  readonly answer: (access: PresentedAccess) => SandboxAnswer;
}

/** An endpoint that ends a grant. */
export interface SandboxRevocation {
  /** Below `/<platform>`. */
  readonly path: string;
  /** Tokens that the request names, access or refresh. */
  readonly presented: (request: SandboxRequest) => string | undefined;
  readonly answer: (found: boolean, n: number, now: Date) => SandboxAnswer;
}

/** Variations of one platform's dialect; only the platform knows their names. Plain JSON, so that the control API can set them. */
export type PlatformSettings = Readonly<Record<string, unknown>>;

/** How long tokens live, when they rotate, and what presenting a spent one does. */
export interface TokenPolicy {
  /** Seconds, at least 1. */
  readonly accessLifetimeSeconds: number;
  /** Seconds; `null`: a refresh token has no end. */
  readonly refreshLifetimeSeconds: number | null;
  /** Whether an exchange restarts the refresh lifetime (`sliding`) or the consent's end stands (`fixed`). */
  readonly refreshEnd: "sliding" | "fixed";
  readonly rotation: "always" | "sometimes" | "never";
  /** With `rotation: "sometimes"`: every how many exchanges the refresh token changes. */
  readonly rotateEvery: number;
  /**
   * What presenting a spent refresh token does. `strict`: refused, and the whole family is revoked (RFC 9700 2.2.2).
   * Within grace, or `retry-safe`: exchanged like the current one. `previousOnly`: only until its successor is used.
   */
  readonly reuse:
    | "strict"
    | { readonly graceSeconds: number; readonly previousOnly?: boolean | undefined }
    | "retry-safe";
  /** What a forgiven reuse receives: the refresh token that is current already, or a new one. */
  readonly forgivenReceives: "same-successor" | "new-successor";
  /** Whether an answer repeats a refresh token that did not change. Google leaves it out. */
  readonly repeatUnchangedToken: boolean;
  /**
   * Which token an exchange presents. Default `refresh-token`. `access-token`: a living access token is renewed in
   * place, as Threads and Instagram do; there is no refresh token, nothing is spent, and older ones live to their end.
   * `rotation` then says whether its text changes. `nothing`: there are access tokens only, and a human renews them.
   */
  readonly presents?: "refresh-token" | "access-token" | "nothing" | undefined;
  /** With `presents: "access-token"`: how old it must be. Instagram: 86 400. */
  readonly minimumAgeSeconds?: number | undefined;
  /** What a younger one is answered: a refusal (default), or success with the life that it has left. */
  readonly tooEarly?: "refused" | "remaining-life" | undefined;
  /** `false`: an access token ends with the refresh token at the latest. Default `true`. */
  readonly accessOutlivesRefresh?: boolean | undefined;
}

/** How a platform's tokens look. Between the two, the sandbox puts letters, digits, dots, `-` and `_`. */
export interface TokenShape {
  readonly prefix: string;
  readonly suffix: string;
}

/**
 * One platform's dialect. Add one by passing it to `createSandbox({ platforms: [...] })`: it only reads requests and
 * words answers; rotation, reuse, expiry, faults, ledger and barriers are the sandbox's.
 */
export interface SandboxPlatform {
  /** Lower case; the first segment of all its paths. `_control` is taken. */
  readonly name: string;
  /** Below `/<name>`, such as `/token`. */
  readonly tokenPath: string;
  readonly policy: TokenPolicy;
  /** What a consent grants unless it says otherwise. */
  readonly scopes: readonly string[];
  readonly tokens: { readonly access: TokenShape; readonly refresh: TokenShape };
  readonly settings?: PlatformSettings | undefined;
  readonly readTokenRequest: (request: SandboxRequest, settings: PlatformSettings) => TokenRequest;
  /** Checks what only this platform is strict about, such as where client credentials belong. */
  readonly objection?: ((request: TokenRequest, settings: PlatformSettings) => Refusal | undefined) | undefined;
  /** Whether the presented token alone is enough, without naming a client. Default: never. */
  readonly needsNoClient?: ((settings: PlatformSettings) => boolean) | undefined;
  readonly wordTokens: (issued: IssuedTokens, settings: PlatformSettings) => SandboxAnswer;
  readonly wordRefusal: (refusal: Refusal, settings: PlatformSettings, n: number, now: Date) => SandboxAnswer;
  readonly revocation?: SandboxRevocation | undefined;
  readonly resources?: readonly SandboxResource[] | undefined;
  /** How the demo configuration names the client's id. Default `client_id`. */
  readonly clientIdOption?: string | undefined;
  /** The refresher's further options that are addresses, and the paths below `/<name>` that they mean here. */
  readonly addressOptions?: Readonly<Record<string, string>> | undefined;
  /** The refresher's further options that make it speak this dialect, such as `login: facebook`. */
  readonly refresherOptions?: Readonly<Record<string, string>> | undefined;
  /** The refresher that speaks this dialect, for the demo configuration. Default: the platform's name. */
  readonly refresher?: string | undefined;
}
