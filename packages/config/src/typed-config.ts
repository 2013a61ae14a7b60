import type { GrantState, Notifier, RateBucket, Refresher, WriteBack } from "@tokenward/core";
import type { SecretReference } from "./secret-reference.ts";

/** A reference to an environment variable, and nothing around it: `"${TIKTOK_CLIENT_SECRET}"`. */
export type VariableReference = `\${${string}}`;

/** Where a secret comes from. Never the secret itself: one that stands in the file is a mistake. */
export type SecretConfig = SecretReference | VariableReference | { readonly file: string };

/** A duration with its unit: `90s`, `24h`, `14d`, `1h30m`. Units are `w`, `d`, `h`, `m`, `s`, `ms`. */
export type DurationConfig = `${number}${"w" | "d" | "h" | "m" | "s" | "ms"}${string}` | VariableReference;

/** A plugin by its name, with its options under the same name (or under `options` for a package or a file). */
export interface PluginConfig {
  /** `local` is `@tokenward/writeback-local`, else `tokenward-writeback-local`; a package or a file is itself. */
  readonly backend: string;
  /** The plugin's options. */
  readonly [options: string]: unknown;
}

/** Days of a 90-day idle limit; they scale with the platform's. They must rise. */
export interface DecayConfig {
  /** From here on an unused grant is reported as `warn`. Default 60. */
  readonly warn_days?: number | undefined;
  /** From here on as `page`. Default 75. */
  readonly page_days?: number | undefined;
  /** From here on as `critical`. Default 85. */
  readonly hard_fail_days?: number | undefined;
}

/** Who is told. */
export interface AlertsConfig {
  /** One notifier, or several: created by their factories, or by name. Default `none`; the exit code tells in any case. */
  readonly backend?: string | Notifier | readonly (string | Notifier)[] | undefined;
  /** Which notifiers hear of which severity. One without a route takes the next lower one's; no routes: all to all. */
  readonly routes?:
    | {
        /** Names of notifiers that hear of `warn`. */
        readonly warn?: readonly string[] | undefined;
        /** Names of notifiers that hear of `page`. */
        readonly page?: readonly string[] | undefined;
        /** Names of notifiers that hear of `critical`. */
        readonly critical?: readonly string[] | undefined;
      }
    | undefined;
  /** How long after the last message an open alert is told again. Default `3d`. */
  readonly remind_every?: DurationConfig | "never" | undefined;
  /** When `warn` waits for the morning. A text means the machine's clock. Default: never. */
  readonly quiet_hours?:
    | `${string}-${string}`
    | {
        /** Hours and minutes: `22:00`. */
        readonly from: string;
        /** Hours and minutes: `07:00`. */
        readonly to: string;
        /** IANA name, such as `Europe/Berlin`. Default: the machine's. */
        readonly time_zone?: string | undefined;
      }
    | undefined;
  /** An address that is asked for at the start and at the end of every run. Default: none. */
  readonly heartbeat?:
    | SecretConfig
    | {
        /** After a run with nothing that needs a human. */
        readonly url: SecretConfig;
        /** When a run starts. Default: `/start` behind `url`. */
        readonly start_url?: SecretConfig | undefined;
        /** After a run with something that needs a human. Default: `/fail` behind `url`. */
        readonly failure_url?: SecretConfig | undefined;
        /** Whether they may lead into a private network. Default `false`. */
        readonly allow_private?: boolean | undefined;
      }
    | undefined;
  /** Options of a notifier that is given by name. */
  readonly [options: string]: unknown;
}

/** What holds for all platforms. */
export interface AuthConfig {
  /** Where grants are kept and rotated tokens are saved. Default `{ backend: "local" }`. */
  readonly writeback?: WriteBack | PluginConfig | undefined;
  /** Who is told. Default `{ backend: "none" }`. */
  readonly alerts?: Notifier | AlertsConfig | undefined;
  /** When an unused grant is reported. Default 60, 75 and 85 days. */
  readonly decay?: DecayConfig | undefined;
  /** When an access token is due. */
  readonly token?:
    | {
        /** Fraction of its lifetime after which an access token is due, between 0 and 1. Default 0.8. */
        readonly refresh_at?: number | undefined;
      }
    | undefined;
  /** Asked for room before each exchange. Default: nobody. */
  readonly rate_bucket?: RateBucket | PluginConfig | undefined;
  /** What a rotated token is sealed for when it could be kept nowhere else. */
  readonly recovery?:
    | {
        /** Public age keys (`age1…`). */
        readonly age_recipients?: readonly string[] | undefined;
        /** Folder that recovery capsules are written to, relative to this file. Default `tokenward-recovery`. */
        readonly path?: string | undefined;
      }
    | undefined;
  /** How long to wait for another process that refreshes the same grant. Default `30s`. */
  readonly lease_wait?: DurationConfig | undefined;
  /** How long one exchange with a platform may take. Default `30s`. */
  readonly exchange_deadline?: DurationConfig | undefined;
}

/** Keys of a platform and of each of its accounts. */
export interface GrantConfig {
  /** `false` leaves it out of `all`; its variables and its plugin may then be missing. Default `true`. */
  readonly enabled?: boolean | undefined;
  /** Id of the OAuth app. Not a secret. */
  readonly client_id?: string | undefined;
  /** TikTok's word for `client_id`. */
  readonly client_key?: string | undefined;
  /** Secret of the OAuth app; or a list, newest first, while it is being rotated. */
  readonly client_secret?: SecretConfig | readonly SecretConfig[] | undefined;
  /** The list of client secrets under a name of its own, newest first. */
  readonly client_secrets?: readonly SecretConfig[] | undefined;
  /** Scopes that a grant must have. Default: the refresher's. */
  readonly required_scopes?: readonly string[] | undefined;
  /** Without one of them: `serve` the token and alert, or `refuse` it. Default `serve`. */
  readonly on_scope_drift?: "serve" | "refuse" | undefined;
  /** Fraction of the access token's lifetime after which it is due. Default `auth.token.refresh_at`. */
  readonly refresh_at?: number | undefined;
  /** Where only a human can renew: how many days before the end to say so. Default: the refresher's. */
  readonly alert_before_days?: number | undefined;
  /** First fact, until the first refresh; then what is stored wins. RFC 3339 with an offset, or a `Date`. */
  readonly access_token_expires_at?: string | Date | undefined;
  /** First fact, until the first refresh; then what is stored wins. RFC 3339 with an offset, or a `Date`. */
  readonly refresh_token_expires_at?: string | Date | undefined;
  /** Whether the refresh token changes. Default: the refresher's. */
  readonly rotation?: "always" | "sometimes" | "never" | undefined;
  /** What presenting an old refresh token does. Default: the refresher's. */
  readonly reuse?:
    | "strict"
    | "retry-safe"
    | {
        /** Seconds during which an old refresh token is still taken. */
        readonly grace_seconds: number;
      }
    | undefined;
  /** Days without a refresh after which the refresh token dies. Default: the refresher's. */
  readonly idle_limit_days?: number | undefined;
  /** Prefix of the environment variables that seed the grant: capitals, digits and underscores. Default: from the name. */
  readonly env?: string | undefined;
  /** A write-back of its own. Default `auth.writeback`. */
  readonly writeback?: WriteBack | PluginConfig | undefined;
  /** Days of its own. Default `auth.decay`. */
  readonly decay?: DecayConfig | undefined;
}

/** A platform whose refresher its factory creates; the refresher's options stand in that call. */
export interface PluginPlatformConfig extends GrantConfig {
  /** What knows the exchange: `tiktok()` of `@tokenward/refresher-tiktok`. */
  readonly refresher: Refresher;
  /** Several grants of one platform, by their accounts' names. */
  readonly accounts?: Readonly<Record<string, GrantConfig>> | undefined;
}

/** An account of a platform whose refresher is given by name. */
export interface NamedAccountConfig extends GrantConfig {
  /** An option of the refresher. Here only `tokenward config check` knows which there are. */
  readonly [option: string]: unknown;
}

/** A platform whose refresher is given by name; its options stand beside the other keys, as in YAML. */
export interface NamedPlatformConfig extends GrantConfig {
  /** The plugin that knows the exchange. Default: the platform's name. */
  readonly refresher?: string | undefined;
  /** Several grants of one platform, by their accounts' names. */
  readonly accounts?: Readonly<Record<string, NamedAccountConfig>> | undefined;
  /** An option of the refresher. Here only `tokenward config check` knows which there are. */
  readonly [option: string]: unknown;
}

/** A platform, with its refresher created or by name. */
export type PlatformConfig = PluginPlatformConfig | NamedPlatformConfig;

/** What `tokenward.config.ts` exports. The keys are those of YAML; where a plugin is meant, its instance may stand. */
export interface TokenwardConfig {
  /** What holds for all platforms. */
  readonly auth?: AuthConfig | undefined;
  /** What this machine remembers. Default `{ backend: "local" }`. */
  readonly state?: GrantState | PluginConfig | undefined;
  /** The platforms by their names: lower-case letters, digits and hyphens. */
  readonly platforms: Readonly<Record<string, PlatformConfig>>;
  /** Belongs to `@tokenward/router`. It is neither checked nor used here. */
  readonly router?: unknown;
}
