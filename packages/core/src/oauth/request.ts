import { TokenwardError } from "../errors/error.ts";
import { presentedBy } from "../fingerprint.ts";
import type { Client, Grant } from "../grant.ts";
import type { Field, HttpBody, HttpRequest } from "../http/message.ts";
import type { Secret } from "../secret.ts";
import type { TokenDialect, TokenParameter } from "./dialect.ts";
import { endpointMistake, fillEndpoint } from "./endpoint.ts";

type Parameters = Partial<Record<TokenParameter, Field | undefined>>;

/** A code that a human's consent brought. */
export interface AuthorizationCode {
  readonly code: Secret;
  readonly redirectUri: string;
  readonly codeVerifier?: Secret | undefined;
}

/**
 * The request that exchanges a grant's token. Secrets stay secrets until core sends it.
 *
 * @throws `ERR_AUTH_REQUEST_INVALID` (class `client`) when something is missing; nothing was sent then
 */
export function tokenRequest(dialect: TokenDialect, grant: Grant, client: Client): HttpRequest {
  const renewsAccess = dialect.presents === "access-token";
  const presented = presentedBy(grant, dialect);
  if (presented === undefined) throw invalid(grant.id, `it has no ${renewsAccess ? "access" : "refresh"} token`);
  const parameters: Parameters = {
    grant_type: dialect.grantType ?? "refresh_token",
    scope: dialect.requestScopes === undefined ? undefined : dialect.requestScopes.join(" "),
  };
  const tokenName = dialect.rename?.refresh_token ?? (renewsAccess ? "access_token" : "refresh_token");
  return build(dialect, client, parameters, { [tokenName]: presented }, grant);
}

/**
 * The request that exchanges an authorization code for the first tokens.
 *
 * @throws `ERR_AUTH_REQUEST_INVALID` (class `client`) when something is missing
 */
export function codeTokenRequest(dialect: TokenDialect, code: AuthorizationCode, client: Client): HttpRequest {
  const parameters: Parameters = {
    grant_type: "authorization_code",
    code: code.code,
    redirect_uri: code.redirectUri,
    code_verifier: code.codeVerifier,
  };
  return build(dialect, client, parameters, {}, undefined);
}

function build(
  dialect: TokenDialect,
  client: Client,
  parameters: Parameters,
  token: Readonly<Record<string, Field>>,
  grant: Grant | undefined,
): HttpRequest {
  const subject = grant?.id ?? client.id;
  const { basic, inBody } = authenticate(dialect, client, subject);
  const fields = { ...renamed(dialect, { ...parameters, ...inBody }), ...token, ...dialect.params };
  const place = dialect.body ?? "form";
  const body: HttpBody | undefined =
    place === "query" ? undefined : place === "json" ? { json: fields } : { form: fields };
  return {
    method: dialect.method ?? (place === "query" ? "GET" : "POST"),
    url: addressOf(dialect, grant, subject),
    headers: { accept: "application/json", ...dialect.headers },
    ...(place === "query" ? { query: fields } : {}),
    ...(basic === undefined ? {} : { basic }),
    ...(body === undefined ? {} : { body }),
  };
}

function authenticate(
  dialect: TokenDialect,
  client: Client,
  subject: string,
): { readonly basic?: HttpRequest["basic"]; readonly inBody: Parameters } {
  const place = dialect.clientAuth ?? "body";
  if (place === "none") return { inBody: {} };
  if (client.id === "") throw invalid(subject, "no client id is configured");
  const [newest] = client.secrets;
  if (newest === undefined && (place === "basic" || dialect.secretRequired === true)) {
    throw invalid(subject, "no client secret is configured");
  }
  if (place === "basic" && newest !== undefined) return { basic: { user: client.id, password: newest }, inBody: {} };
  return { inBody: { client_id: client.id, client_secret: newest } };
}

function renamed(dialect: TokenDialect, parameters: Parameters): Record<string, Field> {
  const fields: Record<string, Field> = {};
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) fields[dialect.rename?.[name as TokenParameter] ?? name] = value;
  }
  return fields;
}

function addressOf(dialect: TokenDialect, grant: Grant | undefined, subject: string): string {
  const filled = fillEndpoint(dialect.url, grant);
  if ("missing" in filled) throw invalid(subject, `nothing usable is known for {${filled.missing}} in its token_url`);
  const mistake = endpointMistake(filled.url);
  if (mistake !== undefined) throw invalid(subject, `its token_url ${mistake}`);
  return filled.url;
}

function invalid(grant: string, reason: string): TokenwardError {
  return new TokenwardError("ERR_AUTH_REQUEST_INVALID", { grant, reason }, { class: "client" });
}
