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
import { linkedinDialect } from "./dialect.ts";

/** Deployed integrations use it; no official page describes it (2026-11), so its reach is unverified. */
export function linkedinRevocation(url: string): RevocationDialect {
  return {
    request: (grant, client) => revocationRequest(url, grant, client),
    interpret: interpretRevocation,
    reach: "this access token, and most likely everything that the member granted to this app",
  };
}

function revocationRequest(url: string, grant: Grant, client: Client): HttpRequest {
  const token = grant.accessToken ?? grant.refreshToken;
  const [secret] = client.secrets;
  if (token === undefined) throw invalid(grant.id, "no token is stored");
  if (client.id === "" || secret === undefined) throw invalid(grant.id, "revoking takes client_id and client_secret");
  return {
    method: "POST",
    url,
    headers: { accept: "application/json" },
    body: { form: { client_id: client.id, client_secret: secret, token } },
  };
}

/** An empty 200 is the success. */
function interpretRevocation(answer: HttpAnswer): { readonly kind: "revoked" } | Refused {
  if (answer.status >= 200 && answer.status < 300) return { kind: "revoked" };
  const read = interpretTokenAnswer(linkedinDialect, answer, undefined, answer.receivedAt);
  return read.kind === "refused"
    ? read
    : { kind: "refused", class: "in-doubt", detail: `an answer with status ${answer.status}` };
}

function invalid(grant: string, reason: string): TokenwardError {
  return new TokenwardError("ERR_AUTH_REQUEST_INVALID", { grant, reason }, { class: "client" });
}
