import {
  bearer,
  interpretTokenAnswer,
  jsonOf,
  TokenwardError,
  type Grant,
  type HttpAnswer,
  type HttpRequest,
  type Refused,
  type RevocationDialect,
  type TokenDialect,
} from "@tokenward/core/plugin";

/**
 * Ends a grant of Facebook Login: taking away all permissions removes the app from the account. Instagram Login has no
 * documented revocation; there the person removes the app in Instagram's settings.
 */
export function facebookRevocation(url: string, dialect: TokenDialect): RevocationDialect {
  return {
    request: (grant) => revocationRequest(url, grant),
    interpret: (answer) => interpretRevocation(dialect, answer),
    reach: "everything that this person granted to this app: all of its tokens, those of their pages included",
  };
}

function revocationRequest(url: string, grant: Grant): HttpRequest {
  if (grant.accessToken === undefined) {
    const facts = { grant: grant.id, reason: "Meta revokes by access token, and none is stored" };
    throw new TokenwardError("ERR_AUTH_REQUEST_INVALID", facts, { class: "client" });
  }
  return {
    method: "DELETE",
    url,
    headers: { authorization: bearer(grant.accessToken), accept: "application/json" },
  };
}

function interpretRevocation(dialect: TokenDialect, answer: HttpAnswer): { readonly kind: "revoked" } | Refused {
  const read = interpretTokenAnswer(dialect, answer, undefined, answer.receivedAt);
  const stated = read.kind === "refused" && read.error !== undefined;
  // The app is off the account already. Another dead token proves nothing: the app's other tokens may live.
  if (stated) return read.error === "190.458" ? { kind: "revoked" } : read;
  if (answer.status === 200 && jsonOf(answer)?.["success"] !== false) return { kind: "revoked" };
  return { kind: "refused", class: "in-doubt", detail: `an answer with status ${String(answer.status)}` };
}
