import * as z from "zod";
import { isSecret, type Secret } from "@tokenward/core";
import { readDuration } from "./duration.ts";
import { readTimestamp } from "./timestamp.ts";

// Every message completes "It ...". References are replaced before a schema sees a value, so a secret is a Secret here.

const text = z.string().min(1, "must not be empty");
const days = z.number().positive("must be more than 0 days").max(36_500, "must be at most 36500 days");
const fraction = z.number().gt(0, "must be more than 0").lt(1, "must be less than 1");
const clientSecret = z.custom<Secret>(isSecret, 'must be "${NAME}" or { file: path }');
const clientSecretList = z.array(clientSecret).min(1, "must hold at least one secret");

const timestamp = z.string().transform((value, context) => {
  const date = readTimestamp(value);
  if (date !== undefined) return date;
  context.addIssue("must be a date and time with an offset (RFC 3339)");
  return z.NEVER;
});

/** Milliseconds. */
const duration = z.string("must be a duration with its unit, such as 30s").transform((value, context) => {
  const milliseconds = readDuration(value);
  if (milliseconds !== undefined && milliseconds > 0) return milliseconds;
  context.addIssue("must be a duration with its unit, such as 30s");
  return z.NEVER;
});

/** `{ backend: name, name: { options } }`. The options are the plugin's to check. */
const backend = z.looseObject({ backend: text });

const decay = z.strictObject({
  warn_days: days.optional(),
  page_days: days.optional(),
  hard_fail_days: days.optional(),
});

const reuse = z.union(
  [
    z.enum(["strict", "retry-safe"]),
    z.strictObject({ grace_seconds: z.number().int().positive("must be more than 0 seconds") }),
  ],
  "must be strict, retry-safe or { grace_seconds: n }",
);

/** The schema of each key of a mapping. JSON Schema is made from the same shapes. */
export type ShapeOf<Keys> = { readonly [Key in keyof Keys]-?: z.ZodType<Keys[Key]> };

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

/** Keys of a platform and of each of its accounts. */
export const grantShape: ShapeOf<GrantKeys> = {
  enabled: z.boolean().optional(),
  client_id: text.optional(),
  client_key: text.optional(),
  client_secret: z.union([clientSecret, clientSecretList], 'must be "${NAME}" or { file: path }').optional(),
  client_secrets: clientSecretList.optional(),
  required_scopes: z.array(text).optional(),
  on_scope_drift: z.enum(["serve", "refuse"]).optional(),
  refresh_at: fraction.optional(),
  alert_before_days: days.optional(),
  access_token_expires_at: timestamp.optional(),
  refresh_token_expires_at: timestamp.optional(),
  rotation: z.enum(["always", "sometimes", "never"]).optional(),
  reuse: reuse.optional(),
  idle_limit_days: days.optional(),
  env: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]*$/, "must be capitals, digits and underscores, beginning with a letter")
    .optional(),
  writeback: backend.optional(),
  decay: decay.optional(),
};

/** Keys that only a platform has. */
export interface PlatformKeys {
  /** Default: the platform's own name. */
  readonly refresher?: string | undefined;
  readonly accounts?: Readonly<Record<string, unknown>> | undefined;
}

/** Keys that only a platform has. */
export const platformShape: ShapeOf<PlatformKeys> = {
  refresher: text.optional(),
  accounts: z
    .record(z.string(), z.unknown())
    .refine((accounts) => Object.keys(accounts).length > 0, "must hold at least one account")
    .optional(),
};

const notifierNames = z.array(text);

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

const alerts = z.looseObject({
  backend: z.union([text, notifierNames], "must be a notifier's name, a list of them, or none").optional(),
  routes: z
    .strictObject({
      warn: notifierNames.optional(),
      page: notifierNames.optional(),
      critical: notifierNames.optional(),
    })
    .optional(),
});

/** Keys under `auth`. */
export interface AuthKeys {
  readonly writeback?: BackendBlock | undefined;
  readonly alerts?: AlertKeys | undefined;
  readonly decay?: DecayKeys | undefined;
  readonly token?: { readonly refresh_at?: number | undefined } | undefined;
  readonly recovery?: { readonly age_recipients?: readonly string[] | undefined } | undefined;
  /** Milliseconds. */
  readonly lease_wait?: number | undefined;
  /** Milliseconds. */
  readonly exchange_deadline?: number | undefined;
}

const ageRecipient = z.string().regex(/^age1[0-9a-z]+$/, "must be an age recipient, which begins with age1");

/** Keys under `auth`. */
export const authShape: ShapeOf<AuthKeys> = {
  writeback: backend.optional(),
  alerts: alerts.optional(),
  decay: decay.optional(),
  token: z.strictObject({ refresh_at: fraction.optional() }).optional(),
  recovery: z.strictObject({ age_recipients: z.array(ageRecipient).optional() }).optional(),
  lease_wait: duration.optional(),
  exchange_deadline: duration.optional(),
};

/** The keys of the whole file. `auth` and the platforms are read key by key. */
export interface FileKeys {
  readonly auth?: unknown;
  readonly state?: BackendBlock | undefined;
  readonly platforms: unknown;
  /** Belongs to `@tokenward/router`. */
  readonly router?: unknown;
}

/** The keys of the whole file. */
export const fileShape: ShapeOf<FileKeys> = {
  auth: z.unknown(),
  state: backend.optional(),
  platforms: z.unknown(),
  router: z.unknown(),
};
