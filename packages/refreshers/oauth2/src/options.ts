import type { RefresherTraits, Refused } from "@tokenward/core/plugin";
import type { PresetName } from "./presets/preset-name.ts";

/** The fields of a token answer whose names can be given. `_in` counts seconds from now, `_at` is absolute. */
export type FieldName =
  | "access_token"
  | "refresh_token"
  | "expires_in"
  | "expires_at"
  | "refresh_token_expires_in"
  | "refresh_token_expires_at"
  | "scope";

/** The parameters of a token request that can be renamed. */
export type ParameterName = "grant_type" | "refresh_token" | "client_id" | "client_secret" | "scope";

/**
 * Options of the generic refresher. `preset` is enough for the platforms that it names, and `token_url` where a platform
 * follows RFC 6749; everything else says in what it differs.
 */
export interface OAuth2Options {
  /**
   * A platform that is known: brings all options that it needs. What is written beside it wins, option by option, and
   * inside `rename`, `params`, `headers`, `scope_aliases`, `errors`, `sentences`, `fields` and `placeholders` name by name.
   */
  readonly preset?: PresetName | undefined;
  /**
   * Where tokens are exchanged; needed without a preset. `{account}`, `{name}` of {@link placeholders} and `{name}` of a
   * kept attribute are replaced, for one host per customer. Written beside a preset, it also takes the preset's
   * `introspection_url` and `userinfo_url` away: a token goes to no other host than the one that was named.
   */
  readonly token_url?: string | undefined;
  /**
   * What replaces `{name}` in addresses: `{ tenant: contoso.onmicrosoft.com }`. The value `{account}` stands for the name
   * of the account.
   */
  readonly placeholders?: Readonly<Record<string, string>> | undefined;
  /**
   * Where a token can be looked at (RFC 7662), so that an unknown end is asked for. The client authenticates there as it
   * does for an exchange.
   */
  readonly introspection_url?: string | undefined;
  /** Where an access token's owner is told, by GET with a bearer header. Used where there is no introspection. */
  readonly userinfo_url?: string | undefined;
  /** Default: `GET` with `body: query`, else `POST`. */
  readonly method?: "GET" | "POST" | undefined;
  /** Where the parameters go. Default `form`. */
  readonly body?: "form" | "json" | "query" | undefined;
  /** `body` (RFC 6749 `client_secret_post`; a public client sends its id alone), `basic`, or `none`. Default `body`. */
  readonly client_auth?: "body" | "basic" | "none" | undefined;
  /** Value of `grant_type`. Default `refresh_token`. */
  readonly grant_type?: string | undefined;
  /** `access-token` where the platform renews the access token itself, as Threads does. Default `refresh-token`. */
  readonly presents?: "refresh-token" | "access-token" | undefined;
  /** What the platform calls a parameter: `{ client_id: app_id }`. */
  readonly rename?: Readonly<Partial<Record<ParameterName, string>>> | undefined;
  /** Further parameters of every request, such as `resource` or `audience`. */
  readonly params?: Readonly<Record<string, string>> | undefined;
  /** Further headers of every request, such as a `user-agent` that the platform insists on. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Scopes to ask for on refresh. Default: none, which means those that were granted. */
  readonly request_scopes?: readonly string[] | undefined;
  /** Dotted path, or several, to the object that holds the tokens: `data`, `authed_user`. Default: wherever they are. */
  readonly envelope?: string | readonly string[] | undefined;
  /** Names of fields that are called differently, tried before the usual ones: `{ refresh_token: rt }`. */
  readonly fields?: Readonly<Partial<Record<FieldName, string | readonly string[]>>> | undefined;
  /** What separates scopes in answers. Default `auto`: commas if there is one, else white space. */
  readonly scope_separator?: string | undefined;
  /** Other names of the same scope, `alias: name`. */
  readonly scope_aliases?: Readonly<Record<string, string>> | undefined;
  /**
   * How an answer says that it is a success, whatever its status: a flag that is true (`{ flag: ok }`), or a code
   * with one value (`{ code: code, is: 0 }`). Default `rfc`: a status of 2xx and no `error`.
   */
  readonly success?:
    | "rfc"
    | { readonly flag: string }
    | { readonly code: string; readonly is: number | string }
    | undefined;
  /** What the platform's own error codes mean: `{ account_suspended: reauth }`. Case does not matter. */
  readonly errors?: Readonly<Record<string, Refused["class"]>> | undefined;
  /** What a human should read instead of an error code: `{ account_suspended: "the account was suspended" }`. */
  readonly sentences?: Readonly<Record<string, string>> | undefined;
  /** Fields that name a failure in the platform's logs: `request_id`. */
  readonly references?: readonly string[] | undefined;
  /** Fields without secrets to keep beside the grant: `instance_url`. */
  readonly attributes?: readonly string[] | undefined;
  /**
   * Where the refresh token's end comes from: the answer (`field`, the default), nowhere (`none`), or a documented
   * life in days, from each exchange or from the consent. For one that dies from not being used, see `idle_limit_days`.
   */
  readonly refresh_expiry?:
    | "field"
    | "none"
    | { readonly days: number; readonly from: "exchange" | "consent" }
    | undefined;
  /** The token must be at least this old before it may be exchanged: `24h`, or seconds. */
  readonly minimum_age?: string | number | undefined;
  /** Exchange in every batch run, or when the access token is due. Default `when-due`, and `every-run` with `rotation: always`. */
  readonly cadence?: RefresherTraits["cadence"];
  /** May the presented token change? Default `sometimes`. */
  readonly rotation?: RefresherTraits["rotation"] | undefined;
  /** What presenting an exchanged token again does. Default `strict`. */
  readonly reuse?: "strict" | "retry-safe" | { readonly grace_seconds: number } | undefined;
  /** Days after which a refresh token dies that was not used to refresh. */
  readonly idle_limit_days?: number | undefined;
  /** Where a human consents: one sentence, or an address. */
  readonly consent?: string | undefined;
}
