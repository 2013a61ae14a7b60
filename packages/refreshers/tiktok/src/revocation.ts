import {
  interpretTokenAnswer,
  TokenwardError,
  type Client,
  type Grant,
  type HttpAnswer,
  type HttpRequest,
  type Refused,
  type RevocationDialect,
} from "@tokenward/core/plugin";
import { tiktokDialect } from "./dialect.ts";

/**
 * Takes the access token, and ends the whole grant (developers.tiktok.com, "Revoke a user access token", 2026-11-02).
 */
export function tiktokRevocation(url: string): RevocationDialect {
  return {
    request: (grant, client) => revocationRequest(url, grant, client),
    interpret: interpretRevocation,
    reach: "everything that this person granted to this app; it leaves the connected apps of the account",
  };
}

function revocationRequest(url: string, grant: Grant, client: Client): HttpRequest {
  const [secret] = client.secrets;
  if (grant.accessToken === undefined) throw invalid(grant.id, "TikTok revokes by access token, and none is stored");
  if (secret === undefined) throw invalid(grant.id, "no client secret is configured");
  return {
    method: "POST",
    url,
    headers: { accept: "application/json", "cache-control": "no-cache" },
    body: { form: { client_key: client.id, client_secret: secret, token: grant.accessToken } },
  };
}

/** An empty answer, or an empty object, is a success; an error has the token endpoint's form. */
function interpretRevocation(answer: HttpAnswer): { readonly kind: "revoked" } | Refused {
  const read = interpretTokenAnswer(tiktokDialect, answer, undefined, answer.receivedAt);
  if (read.kind === "refused" && read.error !== undefined) return read;
  if (answer.status >= 200 && answer.status < 300) return { kind: "revoked" };
  return read.kind === "refused"
    ? read
    : { kind: "refused", class: "in-doubt", detail: `an answer with status ${answer.status}` };
}

function invalid(grant: string, reason: string): TokenwardError {
  return new TokenwardError("ERR_AUTH_REQUEST_INVALID", { grant, reason }, { class: "client" });
}
