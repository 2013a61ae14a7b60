import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { TokenwardError } from "../errors/error.ts";
import type { Client, Grant } from "../grant.ts";
import { secret } from "../secret.ts";
import type { TokenDialect } from "./dialect.ts";
import { codeTokenRequest, tokenRequest } from "./request.ts";

const refreshToken = secret("rt-sentinel-1");
const clientSecret = secret("cs-sentinel-1");
const grant: Grant = { id: "crm/acme", platform: "crm", account: "acme", refreshToken };
const client: Client = { id: "app", secrets: [clientSecret, secret("cs-sentinel-0")] };
const url = "https://crm.example/oauth/token";
const form = {
  grant_type: "refresh_token",
  client_id: "app",
  client_secret: clientSecret,
  refresh_token: refreshToken,
};

function refusal(build: () => unknown): TokenwardError {
  try {
    build();
  } catch (thrown) {
    if (TokenwardError.is(thrown)) return thrown;
  }
  throw new Error("it was not refused");
}

describe("tokenRequest", () => {
  test("by default: RFC 6749, in a form, with the newest secret", () => {
    expect(tokenRequest({ url }, grant, client)).toEqual({
      method: "POST",
      url,
      headers: { accept: "application/json" },
      body: { form },
    });
  });

  test("the secrets in it cannot be printed", () => {
    const request = tokenRequest({ url, body: "json" }, grant, client);
    expect(inspect(request, { depth: 9 }) + JSON.stringify(request)).not.toContain("sentinel");
  });

  test.each<[string, Partial<TokenDialect>, object]>([
    ["JSON", { body: "json" }, { method: "POST", body: { json: form } }],
    ["a query", { body: "query" }, { method: "GET", query: form }],
    ["a query in a POST", { body: "query", method: "POST" }, { method: "POST", query: form }],
    [
      "basic",
      { clientAuth: "basic" },
      {
        basic: { user: "app", password: clientSecret },
        body: { form: { grant_type: "refresh_token", refresh_token: refreshToken } },
      },
    ],
    [
      "no client",
      { clientAuth: "none" },
      { body: { form: { grant_type: "refresh_token", refresh_token: refreshToken } } },
    ],
    [
      "other names",
      { rename: { client_id: "app_id", client_secret: "secret", refresh_token: "rt", grant_type: "type" } },
      { body: { form: { type: "refresh_token", app_id: "app", secret: clientSecret, rt: refreshToken } } },
    ],
    [
      "more parameters and headers, and scopes",
      {
        params: { audience: "api" },
        headers: { "user-agent": "acme/1" },
        requestScopes: ["a", "b"],
        grantType: "renew",
      },
      {
        headers: { accept: "application/json", "user-agent": "acme/1" },
        body: { form: { ...form, grant_type: "renew", audience: "api", scope: "a b" } },
      },
    ],
  ])("%s", (_, dialect, shape) => {
    const request = tokenRequest({ url, ...dialect }, grant, client);
    expect(request).toMatchObject(shape);
    const shown = shape as { body?: unknown; query?: unknown };
    if (shown.body !== undefined) expect(request.body).toEqual(shown.body);
    if (shown.query !== undefined) {
      expect(request.query).toEqual(shown.query);
      expect(request.body).toBeUndefined();
    }
  });

  test("a public client sends its id alone", () => {
    const request = tokenRequest({ url }, grant, { id: "app", secrets: [] });
    expect(request.body).toEqual({
      form: { grant_type: "refresh_token", client_id: "app", refresh_token: refreshToken },
    });
  });

  test("a platform that renews its access token", () => {
    const accessToken = secret("at-sentinel-1");
    const dialect: TokenDialect = {
      url,
      body: "query",
      clientAuth: "none",
      presents: "access-token",
      grantType: "th_refresh_token",
    };
    expect(tokenRequest(dialect, { ...grant, accessToken }, client).query).toEqual({
      grant_type: "th_refresh_token",
      access_token: accessToken,
    });
  });

  test("one host per customer", () => {
    const dialect: TokenDialect = { url: "https://{shop}.shops.example/{account}/token" };
    expect(tokenRequest(dialect, { ...grant, attributes: { shop: "north" } }, client).url).toBe(
      "https://north.shops.example/acme/token",
    );
    for (const shop of ["evil.example/", "a@evil.example", "", "a b", "..%2f"]) {
      const error = refusal(() => tokenRequest(dialect, { ...grant, attributes: { shop } }, client));
      expect(error.message).toContain("{shop}");
    }
    expect(refusal(() => tokenRequest(dialect, grant, client)).code).toBe("ERR_AUTH_REQUEST_INVALID");
  });

  test.each<[string, Partial<TokenDialect>, Grant, Client]>([
    ["no refresh token", {}, { id: "crm", platform: "crm" }, client],
    ["no access token", { presents: "access-token" }, grant, client],
    ["no client id", {}, grant, { id: "", secrets: [] }],
    ["no client secret", { secretRequired: true }, grant, { id: "app", secrets: [] }],
    ["no client secret", { clientAuth: "basic" }, grant, { id: "app", secrets: [] }],
    ["must begin with https://", { url: "http://crm.example/token" }, grant, client],
    ["must be an address", { url: "crm" }, grant, client],
    ["must hold no ?", { url: "https://crm.example/token?key=1" }, grant, client],
    ["must not hold a user", { url: "https://a:b@crm.example/token" }, grant, client],
  ])("nothing is built with %s", (reason, dialect, subject, app) => {
    const error = refusal(() => tokenRequest({ url, ...dialect }, subject, app));
    expect(error).toMatchObject({ code: "ERR_AUTH_REQUEST_INVALID", class: "client" });
    expect(error.message).toContain(reason);
  });
});

test("codeTokenRequest exchanges a code", () => {
  const code = secret("code-1234567");
  const codeVerifier = secret("verifier-1234567");
  const dialect: TokenDialect = { url, rename: { client_id: "client_key" } };
  const redirectUri = "http://127.0.0.1:4000/callback";
  expect(codeTokenRequest(dialect, { code, redirectUri, codeVerifier }, client).body).toEqual({
    form: {
      grant_type: "authorization_code",
      client_key: "app",
      client_secret: clientSecret,
      code,
      redirect_uri: redirectUri,
      code_verifier: codeVerifier,
    },
  });
});
