import type { Refusal, SandboxPlatform } from "../../platform.ts";
import { presetDialect } from "./preset-dialect.ts";

/** Microsoft Entra: old refresh tokens stay alive beside new ones, and a number says why something failed. */
export const microsoft: SandboxPlatform = presetDialect({
  name: "microsoft",
  policy: {
    accessLifetimeSeconds: 3_599,
    refreshLifetimeSeconds: 7_776_000,
    reuse: "retry-safe",
    forgivenReceives: "new-successor",
  },
  settings: { clientAuth: "body", body: "form", fields: { refreshExpires: null }, extra: { ext_expires_in: 3_599 } },
  scopes: ["User.Read", "Mail.Send"],
  refusal: (refusal, _settings, n, now) => {
    const { code, error, status } = reasonOf(refusal);
    const id = `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
    return {
      status: refusal.status ?? status,
      body: {
        error,
        error_description: `AADSTS${String(code)}: ${refusal.description ?? "The request was refused."} Trace ID: ${id}`,
        error_codes: [code],
        timestamp: `${now.toISOString().slice(0, 19).replace("T", " ")}Z`,
        trace_id: id,
        correlation_id: id,
        error_uri: `https://login.microsoftonline.com/error?code=${String(code)}`,
      },
    };
  },
});

function reasonOf({ reason, error }: Refusal): {
  readonly code: number;
  readonly error: string;
  readonly status: number;
} {
  if (reason === "unknown-client") return { code: 700_016, error: "unauthorized_client", status: 400 };
  if (error === "invalid_client") return { code: 7_000_215, error, status: 401 };
  if (reason === "expired-token") return { code: 700_082, error, status: 400 };
  if (reason === "revoked-grant") return { code: 50_173, error, status: 400 };
  return { code: error === "invalid_grant" ? 70_000 : 900_144, error, status: 400 };
}
