import type { SandboxPlatform } from "../../platform.ts";
import { isDead, presetDialect } from "./preset-dialect.ts";

/** Slack with token rotation on: 12 h, single use, and HTTP 200 with `ok: false` for failures. */
export const slack: SandboxPlatform = presetDialect({
  name: "slack",
  policy: { accessLifetimeSeconds: 43_200, refreshLifetimeSeconds: null },
  settings: {
    body: "form",
    scopeSeparator: ",",
    fields: { refreshExpires: null },
    errors: "ok-flag",
    extra: { app_id: "A0001", bot_user_id: "U0001", team: { id: "T0001", name: "Acme" } },
  },
  scopes: ["chat:write", "channels:read"],
  refusal: (refusal) => {
    const codes: Readonly<Record<string, string>> = {
      "unknown-client": "invalid_client_id",
      "deleted-client": "invalid_client_id",
      "missing-client": "invalid_client_id",
      "wrong-secret": "bad_client_secret",
      "unsupported-grant-type": "invalid_grant_type",
    };
    const error = isDead(refusal.error) ? "invalid_refresh_token" : (codes[refusal.reason] ?? refusal.error);
    return { status: refusal.status ?? 200, body: { ok: false, error } };
  },
});

/** HubSpot since 2026-03: parameters in a form, a refresh token that stays, old and new words for failures at once. */
export const hubspot: SandboxPlatform = presetDialect({
  name: "hubspot",
  policy: { accessLifetimeSeconds: 1_800, refreshLifetimeSeconds: null, rotation: "never", reuse: "retry-safe" },
  settings: {
    clientAuth: "body",
    body: "form",
    scopeAs: "array",
    fields: { scope: "scopes" },
    extra: { hub_id: 4_711, user_id: 815 },
  },
  scopes: ["oauth", "crm.objects.contacts.read"],
  looks: "introspection",
  refusal: (refusal) => {
    const client = refusal.error === "invalid_client";
    const secret = client && refusal.reason === "wrong-secret";
    const status = isDead(refusal.error)
      ? "BAD_REFRESH_TOKEN"
      : secret
        ? "BAD_CLIENT_SECRET"
        : client
          ? "BAD_CLIENT_ID"
          : "BAD_REQUEST";
    const message = refusal.description ?? "missing or invalid refresh token";
    return {
      status: refusal.status ?? 400,
      body: { status, message, error: refusal.error, error_description: message, correlationId: "7f3a-0001" },
    };
  },
});

/** Salesforce: no lifetime in the answer, `instance_url`, rotation as the org wants it, and introspection. */
export const salesforce: SandboxPlatform = presetDialect({
  name: "salesforce",
  policy: {
    accessLifetimeSeconds: 7_200,
    refreshLifetimeSeconds: null,
    rotation: "sometimes",
    repeatUnchangedToken: false,
  },
  settings: {
    body: "form",
    fields: { expires: null, refreshExpires: null },
    extra: {
      instance_url: "https://acme.my.salesforce.com",
      id: "https://login.salesforce.com/id/00D/005",
      issued_at: "1795000000000",
      signature: "c2lnbmF0dXJl",
    },
  },
  scopes: ["refresh_token", "api"],
  looks: "introspection",
  refusal: (refusal) => ({
    status: refusal.status ?? 400,
    body: {
      error: refusal.reason === "unknown-client" ? "invalid_client_id" : refusal.error,
      error_description: isDead(refusal.error)
        ? "expired access/refresh token"
        : (refusal.description ?? "bad request"),
    },
  }),
});

/** Shopify's expiring offline tokens: the previous refresh token works until its replacement is used, for 30 days. */
export const shopify: SandboxPlatform = presetDialect({
  name: "shopify",
  policy: {
    refreshLifetimeSeconds: 7_776_000,
    reuse: { graceSeconds: 2_592_000, previousOnly: true },
  },
  settings: { clientAuth: "body", scopeSeparator: "," },
  scopes: ["read_products", "write_orders"],
  refusal: (refusal) => ({
    status: refusal.status ?? 400,
    body: {
      error: refusal.reason === "unknown-client" ? "application_cannot_be_found" : refusal.error,
      error_description: refusal.description ?? "This request cannot be served.",
    },
  }),
});

/** Zoom: Basic, a form, single-use refresh tokens, and `reason` beside `error`. */
export const zoom: SandboxPlatform = presetDialect({
  name: "zoom",
  policy: { accessLifetimeSeconds: 3_599, refreshLifetimeSeconds: 7_776_000 },
  settings: { clientAuth: "basic", body: "form", fields: { refreshExpires: null } },
  scopes: ["meeting:read", "user:read"],
  looks: "userinfo",
  refusal: (refusal) => {
    const client = refusal.error === "invalid_client";
    const reason = client ? "Invalid client_id or client_secret" : (refusal.description ?? "Invalid Token!");
    return { status: refusal.status ?? (client ? 401 : 400), body: { reason, error: refusal.error } };
  },
});
