import {
  interpretTokenAnswer,
  TokenwardError,
  type Grant,
  type HttpAnswer,
  type HttpRequest,
  type Refused,
  type RevocationDialect,
} from "@tokenward/core/plugin";
import { youtubeDialect } from "./dialect.ts";

/** Either token will do (developers.google.com, "Using OAuth 2.0 for Web Server Applications"). */
export function youtubeRevocation(url: string): RevocationDialect {
  return {
    request: (grant) => revocationRequest(url, grant),
    interpret: interpretRevocation,
    reach:
      "everything that this Google account granted to the whole Google Cloud project: all of its clients and all scopes, other grants of the same account included",
  };
}

function revocationRequest(url: string, grant: Grant): HttpRequest {
  const token = grant.refreshToken ?? grant.accessToken;
  if (token === undefined) {
    throw new TokenwardError(
      "ERR_AUTH_REQUEST_INVALID",
      { grant: grant.id, reason: "no token is stored" },
      { class: "client" },
    );
  }
  return { method: "POST", url, headers: { accept: "application/json" }, body: { form: { token } } };
}

function interpretRevocation(answer: HttpAnswer): { readonly kind: "revoked" } | Refused {
  if (answer.status === 200) return { kind: "revoked" };
  const read = interpretTokenAnswer(youtubeDialect, answer, undefined, answer.receivedAt);
  if (read.kind === "exchanged") return { kind: "refused", class: "in-doubt", detail: `status ${answer.status}` };
  // What is dead already needs no revoking.
  return read.error === "invalid_token" || read.error === "invalid_grant" ? { kind: "revoked" } : read;
}
