// The small build of zod: with the large one, checking a configuration would cost a cold start 7 ms more.
import * as z from "zod/mini";
import { isSecret, type Secret } from "@tokenward/core";
import { createdPlugin } from "./created-plugin.ts";
import type { QuietHours } from "@tokenward/core";
import { isHeartbeatAddress } from "./heartbeat-address.ts";
import { readQuietHours } from "./quiet-hours.ts";
import { readDuration } from "./duration.ts";
import { readTimestamp } from "./timestamp.ts";

// Every message completes "It ...". References are replaced before a schema sees a value, so a secret is a Secret here.

const text = z.string().check(z.minLength(1, "must not be empty"));
const days = z.number().check(z.positive("must be more than 0 days"), z.maximum(36_500, "must be at most 36500 days"));
const fraction = z.number().check(z.gt(0, "must be more than 0"), z.lt(1, "must be less than 1"));
const seconds = z.int().check(z.positive("must be more than 0 seconds"));
/** A secret whose reference has been replaced. */
export const clientSecret: z.ZodMiniType<Secret> = z.custom<Secret>(isSecret, 'must be "${NAME}" or { file: path }');
const clientSecretList = z.array(clientSecret).check(z.minLength(1, "must hold at least one secret"));

/** RFC 3339. */
export const timestamp: z.ZodMiniType<Date> = z.pipe(
  z.string(),
  z.transform((value: string, context): Date => {
    const date = readTimestamp(value);
    if (date !== undefined) return date;
    context.issues.push({ code: "custom", message: "must be a date and time with an offset (RFC 3339)", input: value });
    return z.NEVER;
  }),
);

const notDuration = "must be a duration with its unit, such as 30s";

/** Milliseconds. */
export const duration: z.ZodMiniType<number> = z.pipe(
  z.string(notDuration),
  z.transform((value: string, context): number => {
    const milliseconds = readDuration(value);
    if (milliseconds !== undefined && milliseconds > 0) return milliseconds;
    context.issues.push({ code: "custom", message: notDuration, input: value });
    return z.NEVER;
  }),
);

/** `{ backend: name, name: { options } }`. The options are the plugin's to check. */
const backend = z.looseObject({ backend: text });

const decay = z.strictObject({
  warn_days: z.optional(days),
  page_days: z.optional(days),
  hard_fail_days: z.optional(days),
});

const reuse = z.union(
  [z.enum(["strict", "retry-safe"]), z.strictObject({ grace_seconds: seconds })],
  "must be strict, retry-safe or { grace_seconds: n }",
);

/** The schema of each key of a mapping. JSON Schema is made from the same shapes. */
export type ShapeOf<Keys> = { readonly [Key in keyof Keys]-?: z.ZodMiniType<Keys[Key]> };

/** A `{ backend: name, name: { options } }` block. */
export interface BackendBlock {
  readonly backend: string;
  readonly [options: string]: unknown;
}

/** Days of a 90-day idle limit, as the file writes them. */
export interface DecayKeys {
  readonly warn_days?: number | undefined;
  readonly page_days?: number | undefined;
  readonly hard_fail_days?: number | undefined;
}

/** Keys of a platform and of each of its accounts. All others are the refresher's own options. */
export interface GrantKeys {
  readonly enabled?: boolean | undefined;
  readonly client_id?: string | undefined;
  /** TikTok's word for `client_id`. */
  readonly client_key?: string | undefined;
  /** One, or several with the newest first. */
  readonly client_secret?: Secret | readonly Secret[] | undefined;
  readonly client_secrets?: readonly Secret[] | undefined;
  readonly required_scopes?: readonly string[] | undefined;
  readonly on_scope_drift?: "serve" | "refuse" | undefined;
  readonly refresh_at?: number | undefined;
  readonly alert_before_days?: number | undefined;
  readonly access_token_expires_at?: Date | undefined;
  readonly refresh_token_expires_at?: Date | undefined;
  readonly rotation?: "always" | "sometimes" | "never" | undefined;
  readonly reuse?: "strict" | "retry-safe" | { readonly grace_seconds: number } | undefined;
  readonly idle_limit_days?: number | undefined;
  readonly env?: string | undefined;
  readonly writeback?: BackendBlock | undefined;
  readonly decay?: DecayKeys | undefined;
}

const variablePrefix = z
  .string()
  .check(z.regex(/^[A-Z][A-Z0-9_]*$/, "must be capitals, digits and underscores, beginning with a letter"));

/** Keys of a platform and of each of its accounts. */
export const grantShape: ShapeOf<GrantKeys> = {
  enabled: z.optional(z.boolean()),
  client_id: z.optional(text),
  client_key: z.optional(text),
  client_secret: z.optional(z.union([clientSecret, clientSecretList], 'must be "${NAME}" or { file: path }')),
  client_secrets: z.optional(clientSecretList),
  required_scopes: z.optional(z.array(text)),
  on_scope_drift: z.optional(z.enum(["serve", "refuse"])),
  refresh_at: z.optional(fraction),
  alert_before_days: z.optional(days),
  access_token_expires_at: z.optional(timestamp),
  refresh_token_expires_at: z.optional(timestamp),
  rotation: z.optional(z.enum(["always", "sometimes", "never"])),
  reuse: z.optional(reuse),
  idle_limit_days: z.optional(days),
  env: z.optional(variablePrefix),
  writeback: z.optional(backend),
  decay: z.optional(decay),
};

/** Keys that only a platform has. */
export interface PlatformKeys {
  /** Default: the platform's own name. In a program it can be an instance. */
  readonly refresher?: string | object | undefined;
  readonly accounts?: Readonly<Record<string, unknown>> | undefined;
}

const accounts = z
  .record(z.string(), z.unknown())
  .check(z.refine((named) => Object.keys(named).length > 0, "must hold at least one account"));

/** Keys that only a platform has. */
export const platformShape: ShapeOf<PlatformKeys> = {
  refresher: z.optional(text),
  accounts: z.optional(accounts),
};

const notifierNames = z.array(text);
const notifier = z.union([text, z.custom<string>((value) => createdPlugin(value) !== undefined)]);

/** `auth.alerts`; options of the notifiers stand under their names. */
export interface AlertKeys {
  readonly backend?: string | readonly string[] | undefined;
  readonly routes?:
    | {
        readonly warn?: readonly string[] | undefined;
        readonly page?: readonly string[] | undefined;
        readonly critical?: readonly string[] | undefined;
      }
    | undefined;
  readonly [options: string]: unknown;
}

/** Keys of `auth.alerts` beside the notifiers, as the file writes them. */
export interface AlertPolicyKeys {
  readonly routes?: AlertKeys["routes"];
  /** Milliseconds. */
  readonly remind_every?: number | "never" | undefined;
  readonly quiet_hours?: QuietHours | undefined;
  readonly heartbeat?: HeartbeatKeys | undefined;
}

/** `auth.alerts.heartbeat` in its long form. */
export interface HeartbeatKeys {
  readonly url: Secret;
  readonly start_url?: Secret | undefined;
  readonly failure_url?: Secret | undefined;
  readonly allow_private?: boolean | undefined;
}

const hour = 3_600_000;
const notHours = 'must be "22:00-07:00" or { from: "22:00", to: "07:00", time_zone: "Europe/Berlin" }';

const quietHours: z.ZodMiniType<QuietHours> = z.pipe(
  z.union(
    [z.string(), z.strictObject({ from: z.string(), to: z.string(), time_zone: z.optional(z.string()) })],
    notHours,
  ),
  z.transform((value, context): QuietHours => {
    const hours = readQuietHours(value);
    if (typeof hours !== "string") return hours;
    context.issues.push({ code: "custom", message: hours, input: value });
    return z.NEVER;
  }),
);

const address = clientSecret.check(
  z.refine(
    (url: Secret) => !isSecret(url) || isHeartbeatAddress(url.reveal()),
    "must be an address that begins with https://",
  ),
);

/** The long form of a heartbeat. */
export const heartbeatSchema: z.ZodMiniType<HeartbeatKeys> = z.strictObject({
  url: address,
  start_url: z.optional(address),
  failure_url: z.optional(address),
  allow_private: z.optional(z.boolean()),
});

/** Keys of `auth.alerts` beside the notifiers and their options. */
export const alertPolicyShape: ShapeOf<AlertPolicyKeys> = {
  routes: z.optional(
    z.strictObject({
      warn: z.optional(notifierNames),
      page: z.optional(notifierNames),
      critical: z.optional(notifierNames),
    }),
  ),
  remind_every: z.optional(
    z.union(
      [z.literal("never"), duration.check(z.refine((span: number) => span >= hour, "must be at least 1h"))],
      "must be never, or a duration of at least 1h, such as 3d",
    ),
  ),
  quiet_hours: z.optional(quietHours),
  heartbeat: z.optional(
    z.union([clientSecret, heartbeatSchema], 'must be "${NAME}", { file: path } or { url: … }'),
  ) as z.ZodMiniType<HeartbeatKeys | undefined>,
};

const alerts = z.looseObject({
  backend: z.optional(z.union([notifier, z.array(notifier)], "must be a notifier's name, a list of them, or none")),
});

/** Keys under `auth`. */
export interface AuthKeys {
  readonly writeback?: BackendBlock | undefined;
  readonly alerts?: AlertKeys | undefined;
  readonly decay?: DecayKeys | undefined;
  readonly token?: { readonly refresh_at?: number | undefined } | undefined;
  /** Asked for room before each exchange. */
  readonly rate_bucket?: BackendBlock | undefined;
  readonly recovery?:
    | { readonly age_recipients?: readonly string[] | undefined; readonly path?: string | undefined }
    | undefined;
  /** Milliseconds. */
  readonly lease_wait?: number | undefined;
  /** Milliseconds. */
  readonly exchange_deadline?: number | undefined;
}

const ageRecipient = z.string().check(z.regex(/^age1[0-9a-z]+$/, "must be an age recipient, which begins with age1"));

/** Keys under `auth`. */
export const authShape: ShapeOf<AuthKeys> = {
  writeback: z.optional(backend),
  alerts: z.optional(alerts),
  decay: z.optional(decay),
  token: z.optional(z.strictObject({ refresh_at: z.optional(fraction) })),
  rate_bucket: z.optional(backend),
  recovery: z.optional(z.strictObject({ age_recipients: z.optional(z.array(ageRecipient)), path: z.optional(text) })),
  lease_wait: z.optional(duration),
  exchange_deadline: z.optional(duration),
};

/** The keys of the whole file. `auth` and the platforms are read key by key. */
export interface FileKeys {
  readonly auth?: unknown;
  readonly state?: BackendBlock | undefined;
  readonly platforms: unknown;
  /** Belongs to `@tokenward/router`. */
  readonly router?: unknown;
  /** For editors: where the JSON Schema lies. */
  readonly $schema?: string | undefined;
}

/** The keys of the whole file. */
export const fileShape: ShapeOf<FileKeys> = {
  auth: z.unknown(),
  state: z.optional(backend),
  platforms: z.unknown(),
  router: z.unknown(),
  $schema: z.optional(z.string()),
};
