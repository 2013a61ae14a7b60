import type { FoundIn, PlatformSettings, Refusal, SandboxPlatform, TokenPolicy, TokenRequest } from "../platform.ts";
import { basicOf, bearerOf, formOf, jsonOf, splitScopes, text } from "../request-reading.ts";
import type { SandboxRequest } from "../platform.ts";
import type { OAuth2Settings } from "./oauth2-settings.ts";
import { wordOAuth2Refusal, wordOAuth2Tokens } from "./oauth2-wording.ts";

/**
 * A generic RFC 6749 provider, with every variation of {@link OAuth2Settings}: per platform here, per grant through
 * `consent({ settings })`, and at any time through the control API. Its tokens and secrets contain `+`, `/`, `=` and `%`,
 * so that a client which forgets to encode them fails. Also answers `/userinfo` and `/introspect` (RFC 7662).
 */
export function oauth2Platform(
  options: {
    readonly name?: string | undefined;
    readonly policy?: Partial<TokenPolicy> | undefined;
    readonly settings?: OAuth2Settings | undefined;
    readonly scopes?: readonly string[] | undefined;
  } = {},
): SandboxPlatform {
  return {
    name: options.name ?? "oauth2",
    refresher: "oauth2",
    tokenPath: "/token",
    policy: {
      accessLifetimeSeconds: 3_600,
      refreshLifetimeSeconds: 7_776_000,
      refreshEnd: "sliding",
      rotation: "always",
      rotateEvery: 2,
      reuse: "strict",
      forgivenReceives: "same-successor",
      repeatUnchangedToken: true,
      ...options.policy,
    },
    scopes: options.scopes ?? ["openid", "contacts.read", "contacts.write"],
    tokens: { access: { prefix: "at_", suffix: "+a/=" }, refresh: { prefix: "rt_", suffix: "+r/%3D==" } },
    settings: { ...options.settings },
    readTokenRequest: read,
    objection: object,
    needsNoClient: (settings) => (settings as OAuth2Settings).clientAuth === "none",
    wordTokens: wordOAuth2Tokens,
    wordRefusal: wordOAuth2Refusal,
    revocation: {
      path: "/revoke",
      presented: (request) => text(formOf(request).get("token")),
      // RFC 7009, section 2.2: an unknown token is answered like a known one.
      answer: () => ({ status: 200, body: "" }),
    },
    resources: [
      {
        path: "/userinfo",
        requiredScope: "openid",
        presented: (request) => bearerOf(request) ?? text(request.query.get("access_token")),
        answer: (access) => {
          if (access.kind !== "access" || access.state !== "alive") {
            return {
              status: 401,
              headers: { "www-authenticate": 'Bearer error="invalid_token"' },
              body: { error: "invalid_token", error_description: "The access token is unknown or expired." },
            };
          }
          if (!access.allowed) {
            return {
              status: 403,
              headers: { "www-authenticate": 'Bearer error="insufficient_scope", scope="openid"' },
              body: { error: "insufficient_scope" },
            };
          }
          return { status: 200, body: { sub: access.account?.id, name: access.account?.name } };
        },
      },
      {
        path: "/introspect",
        presented: (request) => text(formOf(request).get("token")),
        answer: (access) => ({
          status: 200,
          body:
            access.state === "alive"
              ? {
                  active: true,
                  client_id: access.clientId,
                  sub: access.account?.id,
                  scope: access.scopes.join(" "),
                  token_type: access.kind === "access" ? "Bearer" : "refresh_token",
                  exp:
                    access.expiresIn === undefined
                      ? undefined
                      : Math.floor(access.now.getTime() / 1_000) + access.expiresIn,
                }
              : { active: false },
        }),
      },
    ],
  };
}

// Reads from wherever a client may have put things; whether it put them where it should is `object`'s part, because
// only then the grant, and with it the variation that applies, is known.
function read(request: SandboxRequest, platformSettings: PlatformSettings): TokenRequest {
  const settings = platformSettings as OAuth2Settings;
  if (request.method !== "POST" && request.method !== "GET") return { malformed: "only POST is allowed" };
  const form = formOf(request);
  const json = jsonOf(request);
  const names = settings.parameters;
  const places: Partial<Record<string, FoundIn>> = {};
  const parameter = (name: string): string | undefined => {
    const found: readonly (readonly [FoundIn, string | undefined])[] = [
      ["form", text(form.get(name))],
      ["json", text(json[name])],
      ["query", text(request.query.get(name))],
    ];
    const hit = found.find(([, value]) => value !== undefined);
    if (hit !== undefined) places[name] = hit[0];
    return hit?.[1];
  };
  const refreshName = names?.refreshToken ?? "refresh_token";
  const idName = names?.clientId ?? "client_id";
  const accessName = names?.accessToken ?? "access_token";
  const refreshToken = parameter(refreshName) ?? parameter(accessName);
  const basic = basicOf(request, settings.basicEncoding !== "raw");
  const clientId = basic?.id ?? parameter(idName);
  const grantType = parameter(names?.grantType ?? "grant_type");
  return {
    grantType: usualGrantType(grantType, settings.grantType ?? "refresh_token"),
    clientId,
    clientSecret: basic === undefined ? parameter(names?.clientSecret ?? "client_secret") : text(basic.secret),
    refreshToken,
    scopes: splitScopes(parameter("scope")),
    clientFoundIn: basic === undefined ? places[idName] : "basic",
    bodyFoundIn: places[refreshName] ?? places[accessName],
  };
}

// The sandbox decides on `refresh_token`; where a platform calls it otherwise, the usual name is a wrong one.
function usualGrantType(given: string | undefined, wanted: string): string | undefined {
  if (given === wanted) return "refresh_token";
  return given === "refresh_token" ? "not-here" : given;
}

function object(request: TokenRequest, platformSettings: PlatformSettings): Refusal | undefined {
  const settings = platformSettings as OAuth2Settings;
  const body = settings.body ?? "any";
  if (body !== "any" && request.bodyFoundIn !== body) {
    return { reason: "wrong-body", error: "invalid_request", description: `Parameters must be sent as ${body}.` };
  }
  const clientAuth = settings.clientAuth ?? "any";
  const wrongPlace =
    (clientAuth === "basic" && request.clientFoundIn !== "basic") ||
    (clientAuth === "body" && request.clientFoundIn === "basic") ||
    (clientAuth === "none" && request.clientSecret !== undefined);
  if (!wrongPlace) return undefined;
  const wanted = clientAuth === "none" ? "no client secret" : `client credentials by ${clientAuth}`;
  return { reason: "wrong-client-auth", error: "invalid_client", description: `This endpoint wants ${wanted}.` };
}
