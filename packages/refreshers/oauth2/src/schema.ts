import { endpointMistake } from "@tokenward/core/plugin";
import * as z from "zod";
import { secondsOf } from "./duration.ts";
import type { OAuth2Options } from "./options.ts";
import { isPlaceholderValue } from "./placeholders.ts";
import { presetNames } from "./presets/presets.ts";
import { openPlaceholders } from "./settings.ts";

const text = z.string().min(1, "must not be empty");
const name = z.string().regex(/^[A-Za-z0-9_.-]+$/, "must be a name of letters, digits, _, . and -");
const texts = z.array(text);
const positive = z.number().positive("must be more than 0");

const address = z.string().superRefine((url, context) => {
  const mistake = endpointMistake(url);
  if (mistake !== undefined) context.addIssue(mistake);
});

const duration = z
  .union([positive, text], "must be a duration such as 24h, or seconds")
  .refine((value) => secondsOf(value) !== undefined, "must be a duration such as 24h, or seconds");

const parameters = z.enum(["grant_type", "refresh_token", "client_id", "client_secret", "scope"]);

const fields = z.enum([
  "access_token",
  "refresh_token",
  "expires_in",
  "expires_at",
  "refresh_token_expires_in",
  "refresh_token_expires_at",
  "scope",
]);

const failure = z.enum(
  ["reauth", "client", "scopes", "transient", "throttled", "in-doubt", "too-early", "propagating"],
  "must be reauth, client, scopes, transient, throttled, in-doubt, too-early or propagating",
);

const placeholder = z
  .string()
  .refine((value) => isPlaceholderValue(value), "must be letters, digits, ., _ and -, or {account}");

const shape = z.strictObject({
  preset: z.enum(presetNames).optional(),
  token_url: address.optional(),
  placeholders: z.record(name, placeholder).optional(),
  introspection_url: address.optional(),
  userinfo_url: address.optional(),
  method: z.enum(["GET", "POST"], "must be GET or POST").optional(),
  body: z.enum(["form", "json", "query"], "must be form, json or query").optional(),
  client_auth: z.enum(["body", "basic", "none"], "must be body, basic or none").optional(),
  grant_type: text.optional(),
  presents: z.enum(["refresh-token", "access-token"], "must be refresh-token or access-token").optional(),
  rename: z.partialRecord(parameters, name).optional(),
  params: z.record(text, z.string()).optional(),
  headers: z.record(name, z.string()).optional(),
  request_scopes: texts.optional(),
  envelope: z.union([name, z.array(name)], "must be a dotted path, or a list of them").optional(),
  fields: z.partialRecord(fields, z.union([text, texts], "must be a name, or a list of them")).optional(),
  scope_separator: z.string().min(1, "must be auto, or what stands between scopes").optional(),
  scope_aliases: z.record(text, text).optional(),
  success: z
    .union(
      [
        z.literal("rfc"),
        z.strictObject({ flag: name }),
        z.strictObject({ code: name, is: z.union([z.number(), z.string()]) }),
      ],
      "must be rfc, { flag: name } or { code: name, is: value }",
    )
    .optional(),
  errors: z.record(text, failure).optional(),
  sentences: z.record(text, text).optional(),
  references: texts.optional(),
  attributes: texts.optional(),
  refresh_expiry: z
    .union(
      [
        z.enum(["field", "none"]),
        z.strictObject({ days: positive.max(3650, "must be at most 3650"), from: z.enum(["exchange", "consent"]) }),
      ],
      "must be field, none or { days: n, from: exchange or consent }",
    )
    .optional(),
  minimum_age: duration.optional(),
  cadence: z.enum(["every-run", "when-due"], "must be every-run or when-due").optional(),
  rotation: z.enum(["always", "sometimes", "never"], "must be always, sometimes or never").optional(),
  reuse: z
    .union(
      [z.enum(["strict", "retry-safe"]), z.strictObject({ grace_seconds: positive })],
      "must be strict, retry-safe or { grace_seconds: n }",
    )
    .optional(),
  idle_limit_days: positive.max(36_500, "must be at most 36500").optional(),
  consent: text.optional(),
});

/** Checks {@link OAuth2Options}. Every message completes "It …". */
export const oauth2Schema: z.ZodType<OAuth2Options, OAuth2Options> = shape.superRefine((options, context) => {
  if (options.preset === undefined && options.token_url === undefined) {
    const message = "must say where tokens are exchanged, unless `preset` names a platform";
    context.addIssue({ code: "custom", path: ["token_url"], message });
    return;
  }
  for (const { name: missing, belongs } of openPlaceholders(options)) {
    const what = belongs === undefined ? "" : ` (${belongs})`;
    const message = `must say what {${missing}} of the address is${what}, as in placeholders: { ${missing}: … }`;
    context.addIssue({ code: "custom", path: ["placeholders"], message });
  }
});
