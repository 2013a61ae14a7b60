import type { SandboxPlatform } from "../../platform.ts";
import { presetDialect } from "./preset-dialect.ts";

/** Xero: Basic, 30 min, a new refresh token each time, and 30 minutes in which the previous one is forgiven. */
export const xero: SandboxPlatform = presetDialect({
  name: "xero",
  policy: {
    accessLifetimeSeconds: 1_800,
    refreshLifetimeSeconds: 5_184_000,
    reuse: { graceSeconds: 1_800 },
    forgivenReceives: "new-successor",
  },
  settings: { clientAuth: "basic", body: "form", fields: { refreshExpires: null } },
  scopes: ["accounting.transactions", "offline_access"],
  refusal: (refusal) => ({ status: refusal.status ?? 400, body: { error: refusal.error } }),
});

/** QuickBooks: Basic, a refresh token that changes now and then, its rolling 100 days in a field of Intuit's own. */
export const quickbooks: SandboxPlatform = presetDialect({
  name: "quickbooks",
  policy: { refreshLifetimeSeconds: 8_640_000, rotation: "sometimes" },
  settings: {
    clientAuth: "basic",
    body: "form",
    fields: { refreshExpires: "x_refresh_token_expires_in", scope: null },
  },
  scopes: ["com.intuit.quickbooks.accounting"],
  refusal: (refusal) => ({
    status: refusal.status ?? (refusal.error === "invalid_client" ? 401 : 400),
    body: { error: refusal.error },
  }),
});
