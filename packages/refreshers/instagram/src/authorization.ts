import {
  codeTokenRequest,
  interpretTokenAnswer,
  secret,
  TokenwardError,
  type AuthorizationDialect,
  type Client,
  type Exchanged,
  type HttpAnswer,
  type HttpRequest,
  type NextExchange,
  type Refused,
  type Secret,
  type TokenDialect,
} from "@tokenward/core/plugin";
import type { Endpoints } from "./options.ts";

/**
 * How a first token is captured: a code becomes a token of an hour, and that one a token of 60 days
 * (developers.facebook.com, "Business Login for Instagram", 2026-03-13; "Manually Build a Login Flow", 2026-03-10).
 * Redirects are https only as far as documented, so a human pastes the address. No PKCE is documented.
 */
export function instagramAuthorization(
  login: "instagram" | "facebook",
  renewal: TokenDialect,
  endpoints: Endpoints,
): AuthorizationDialect {
  const first: TokenDialect = {
    ...renewal,
    url: endpoints.code,
    clientAuth: "body",
    secretRequired: true,
    // Facebook Login asks with GET, and both of its steps stand at one address.
    body: login === "facebook" ? "query" : "form",
    attributes: ["user_id"],
  };
  return {
    authorizeUrl: endpoints.authorize,
    flow: "code",
    clientIdParameter: "client_id",
    scopeSeparator: ",",
    pkce: "none",
    loopback: false,
    codeRequest: (code, client) => codeTokenRequest(first, { ...code, code: withoutFragment(code.code) }, client),
    interpretCode: (answer, now, client) => {
      const short = interpretTokenAnswer(first, answer, undefined, now);
      if (short.kind === "refused" || short.accessToken === undefined) return short;
      return lasting(short, exchangeRequest(login, endpoints, short.accessToken, client), renewal);
    },
  };
}

/** Instagram puts `#_` behind the code, Facebook `#_=_`: no part of it, and a pasted address still holds it. */
function withoutFragment(code: Secret): Secret {
  return secret(code.reveal().replace(/#.*$/, ""));
}

function lasting(short: Exchanged, request: HttpRequest, renewal: TokenDialect): NextExchange {
  return { kind: "next", request, interpret: (answer, now) => interpretLasting(renewal, answer, short, now) };
}

// Only the first answer says for whom the token is, and which permissions it has.
function interpretLasting(renewal: TokenDialect, answer: HttpAnswer, short: Exchanged, now: Date): Exchanged | Refused {
  const read = interpretTokenAnswer(renewal, answer, undefined, now);
  if (read.kind === "refused") return read;
  return { ...read, scopes: read.scopes ?? short.scopes, attributes: { ...short.attributes, ...read.attributes } };
}

function exchangeRequest(
  login: "instagram" | "facebook",
  endpoints: Endpoints,
  short: Secret,
  client: Client,
): HttpRequest {
  const [clientSecret] = client.secrets;
  if (clientSecret === undefined) {
    const facts = { grant: client.id, reason: "no client secret is configured" };
    throw new TokenwardError("ERR_AUTH_REQUEST_INVALID", facts, { class: "client" });
  }
  const fields =
    login === "facebook"
      ? { grant_type: "fb_exchange_token", client_id: client.id, client_secret: clientSecret, fb_exchange_token: short }
      : { grant_type: "ig_exchange_token", client_secret: clientSecret, access_token: short };
  return { method: "GET", url: endpoints.exchange, query: fields, headers: { accept: "application/json" } };
}
