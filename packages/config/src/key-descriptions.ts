/** What a key means, for editors and the reference. Nothing that runs at a command's start imports this. */
export interface KeyDescription {
  readonly meaning: string;
  /** As the reference prints it: code in backquotes. Absent where there is no such thing as a default. */
  readonly default?: string | undefined;
}

/** The keys of the whole file. */
export const fileDescriptions: Readonly<Record<string, KeyDescription>> = {
  auth: { default: "`{}`", meaning: "What holds for all platforms; see below" },
  state: {
    default: "`{ backend: local }`",
    meaning: "What this machine remembers: `backend`, and its options under the backend's name",
  },
  platforms: { default: "required", meaning: "The platforms by their names; see below" },
  router: {
    default: "none",
    meaning: "Belongs to `@tokenward/router`. It is neither checked nor used here, which a warning says",
  },
  $schema: { default: "none", meaning: "For editors: where the JSON Schema of this file lies. Not read" },
};

/** Keys under `auth`. */
export const authDescriptions: Readonly<Record<string, KeyDescription>> = {
  writeback: { default: "`{ backend: local }`", meaning: "Where grants are kept and rotated tokens are saved" },
  alerts: { default: "`{ backend: none }`", meaning: "Who is told; the exit code tells in any case" },
  decay: { default: "60, 75, 85", meaning: "When an unused grant is reported" },
  token: { default: "`{}`", meaning: "When an access token is due" },
  rate_bucket: { default: "none", meaning: "A plugin that is asked for room before each exchange" },
  recovery: { default: "`{}`", meaning: "What a rotated token is sealed for when it could be kept nowhere else" },
  lease_wait: { default: "`30s`", meaning: "How long to wait for another process that refreshes the same grant" },
  exchange_deadline: { default: "`30s`", meaning: "How long one exchange with a platform may take" },
};

/** Keys under `auth.alerts`. */
export const alertsDescriptions: Readonly<Record<string, KeyDescription>> = {
  backend: { default: "`none`", meaning: "A notifier's name, or a list of them. Options stand under each name" },
  routes: {
    default: "all to all",
    meaning:
      "Which notifiers hear of `warn`, `page` and `critical`. A severity without a route takes the next lower one's",
  },
  remind_every: {
    default: "`3d`",
    meaning: "How long after the last message an open alert is told again, at least `1h`; or `never`",
  },
  quiet_hours: {
    default: "none",
    meaning: 'When `warn` waits for the morning: `"22:00-07:00"`, or `from`, `to` and `time_zone`',
  },
  heartbeat: {
    default: "none",
    meaning: "An address that is asked for at the start and at the end of every run; or `url` and its kin",
  },
};

/** Keys of `auth.alerts.heartbeat`. */
export const heartbeatDescriptions: Readonly<Record<string, KeyDescription>> = {
  url: { default: "required", meaning: "Asked for after a run with nothing that needs a human" },
  start_url: { default: "`url` with `/start`", meaning: "Asked for when a run starts" },
  failure_url: { default: "`url` with `/fail`", meaning: "Asked for after a run with something that needs a human" },
  allow_private: { default: "`false`", meaning: "Whether they may lead into a private network" },
};

/** Keys of a `decay`. */
export const decayDescriptions: Readonly<Record<string, KeyDescription>> = {
  warn_days: { default: "`60`", meaning: "From here on `warn`" },
  page_days: { default: "`75`", meaning: "From here on `page`" },
  hard_fail_days: { default: "`85`", meaning: "From here on `critical`" },
};

/** Keys of `auth.token`. */
export const tokenDescriptions: Readonly<Record<string, KeyDescription>> = {
  refresh_at: {
    default: "`0.8`",
    meaning: "Fraction of its lifetime after which an access token is due, between 0 and 1",
  },
};

/** Keys of `auth.recovery`. */
export const recoveryDescriptions: Readonly<Record<string, KeyDescription>> = {
  age_recipients: {
    default: "none",
    meaning: "Public age keys (`age1…`). The recovery capsule of a token that no store took is for them",
  },
  path: {
    default: "`tokenward-recovery`",
    meaning: "Folder that recovery capsules are written to, relative to this file. Only where there are recipients",
  },
};

/** Keys of a platform and of its accounts. */
export const platformDescriptions: Readonly<Record<string, KeyDescription>> = {
  enabled: {
    default: "`true`",
    meaning: "`false` leaves it out of `all`. Its variables and its plugin may then be missing (a warning)",
  },
  refresher: {
    default: "the platform's name",
    meaning: "The plugin that knows the exchange. `oauth2` for platforms without one of their own",
  },
  accounts: { default: "none", meaning: "Several grants of one platform; see below" },
  client_id: { default: "needed by most", meaning: "Id of the OAuth app. Not a secret" },
  client_key: { meaning: "TikTok's word for `client_id`" },
  client_secret: {
    default: "none (a public client)",
    meaning: "Secret of the OAuth app; or a list, newest first, while it is being rotated",
  },
  client_secrets: { meaning: "The list under a name of its own" },
  required_scopes: { default: "the refresher's", meaning: "Scopes that a grant must have" },
  on_scope_drift: {
    default: "`serve`",
    meaning: "Without one of them: `serve` the token and alert, or `refuse` it",
  },
  refresh_at: {
    default: "`auth.token.refresh_at`",
    meaning: "Fraction of the access token's lifetime after which it is due",
  },
  alert_before_days: {
    default: "the refresher's",
    meaning: "Where only a human can renew: how many days before the end to say so",
  },
  access_token_expires_at: {
    default: "none",
    meaning: "First fact, until the first refresh; then what is stored wins",
  },
  refresh_token_expires_at: {
    default: "none",
    meaning: "First fact, until the first refresh; then what is stored wins",
  },
  rotation: {
    default: "the refresher's",
    meaning: "Whether the refresh token changes: `always`, `sometimes`, `never`",
  },
  reuse: {
    default: "the refresher's",
    meaning: "What presenting an old one does: `strict`, `retry-safe`, or `{ grace_seconds: 60 }`",
  },
  idle_limit_days: {
    default: "the refresher's",
    meaning: "Days without a refresh after which the refresh token dies",
  },
  env: { default: "from the name", meaning: "Prefix of the environment variables that seed the grant" },
  writeback: { default: "`auth.writeback`", meaning: "A write-back of its own" },
  decay: { default: "`auth.decay`", meaning: "Days of its own" },
};
