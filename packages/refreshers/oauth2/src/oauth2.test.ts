import { createHttpClient, secret, type Client, type Exchanged, type Grant, type Refused } from "@tokenward/core";
import {
  createSandbox,
  oauth2Platform,
  type Consent,
  type ConsentOptions,
  type OAuth2Settings,
  type Sandbox,
} from "@tokenward/sandbox";
import { malformedAnswers } from "@tokenward/testing";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { oauth2, type OAuth2Options } from "./index.ts";

const http = createHttpClient({ env: {} });
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox();
});
afterEach(async () => await sandbox.control.clearFaults());
afterAll(async () => await sandbox.close());

type Options = Omit<OAuth2Options, "token_url">;

interface Connected {
  readonly consent: Consent;
  exchange(): Promise<Exchanged | Refused>;
}

async function connect(
  settings: OAuth2Settings,
  options: Options,
  consenting: ConsentOptions = {},
): Promise<Connected> {
  const consent = await sandbox.control.consent("oauth2", { ...consenting, settings: { ...settings } });
  return connected(consent, options);
}

function connected(consent: Consent, options: Options): Connected {
  const refresher = oauth2({ token_url: consent.tokenUrl, ...options });
  const grant: Grant = { id: "crm", platform: "crm", refreshToken: secret(consent.refreshToken) };
  const client: Client = {
    id: consent.clientId,
    secrets: consent.clientSecret === undefined ? [] : [secret(consent.clientSecret)],
  };
  const exchange = async (): Promise<Exchanged | Refused> => {
    const answer = await http.send(await refresher.request!(grant, client));
    return refresher.interpret!(answer, grant, answer.receivedAt);
  };
  return { consent, exchange };
}

describe("what platforms do differently, over HTTP", () => {
  test.each<[string, OAuth2Settings, Options, ConsentOptions?]>([
    ["nothing", {}, {}],
    ["basic authentication", { clientAuth: "basic" }, { client_auth: "basic" }],
    ["authentication in the body", { clientAuth: "body" }, { client_auth: "body" }],
    ["a public client", {}, {}, { publicClient: true, clientId: "public-app" }],
    ["JSON", { body: "json" }, { body: "json" }],
    ["a query", { body: "query" }, { body: "query" }],
    ["a query in a POST", { body: "query" }, { body: "query", method: "POST" }],
    [
      "parameters with other names",
      { parameters: { clientId: "app_id", clientSecret: "app_secret", refreshToken: "rt", grantType: "type" } },
      { rename: { client_id: "app_id", client_secret: "app_secret", refresh_token: "rt", grant_type: "type" } },
    ],
    ["another grant type", { grantType: "renew" }, { grant_type: "renew" }],
    ["an envelope that is named", { envelope: "data.0" }, { envelope: "data" }],
    ["an envelope that is not named", { envelope: "result.tokens" }, {}],
    [
      "fields with other names",
      { fields: { accessToken: "at", refreshToken: "rt", expires: "ttl", refreshExpires: "rttl", scope: "granted" } },
      {
        fields: {
          access_token: "at",
          refresh_token: ["rt"],
          expires_in: "ttl",
          refresh_token_expires_in: "rttl",
          scope: "granted",
        },
      },
    ],
    ["numbers as strings", { expires: "string-seconds" }, {}],
    ["absolute seconds", { expires: "epoch-seconds", fields: { expires: "expires_at" } }, {}],
    ["absolute milliseconds", { expires: "epoch-milliseconds", fields: { expires: "expires_at" } }, {}],
    ["RFC 3339", { expires: "rfc3339", fields: { expires: "expires_at" } }, {}],
    ["scopes by comma", { scopeSeparator: "," }, {}],
    ["scopes by a bar", { scopeSeparator: "|" }, { scope_separator: "|" }],
    ["scopes in a list", { scopeAs: "array" }, {}],
    ["ok flags", { errors: "ok-flag" }, { success: { flag: "ok" } }],
    ["code flags", { errors: "code-flag", envelope: "data" }, { success: { code: "code", is: 0 }, envelope: "data" }],
  ])("%s", async (_, settings, options, consenting) => {
    await using own = await createSandbox({ platforms: [oauth2Platform({ settings })] });
    const consent = await own.control.consent("oauth2", { ...consenting, scopes: ["contacts", "deals"] });
    const { exchange } = connected(consent, options);
    const before = Date.now();
    const result = await exchange();
    if (result.kind === "refused") throw new Error(`refused: ${result.class}: ${result.detail}`);
    expect(result.malformed).toBeUndefined();
    expect(result.refreshToken?.reveal()).toBe(await own.control.currentRefreshToken(consent.grantId));
    expect(result.scopes).toEqual(["contacts", "deals"]);
    const life = ((result.accessTokenExpiresAt?.getTime() ?? 0) - before) / 1000;
    expect(Math.abs(life - consent.expiresIn)).toBeLessThan(60);
    if (consent.refreshExpiresIn !== undefined) {
      const refreshLife = ((result.refreshTokenExpiresAt?.getTime() ?? 0) - before) / 1000;
      expect(Math.abs(refreshLife - consent.refreshExpiresIn)).toBeLessThan(60);
    }
  });

  test("facts to keep beside the grant", async () => {
    const { exchange } = await connect(
      { extra: { instance_url: "https://eu7.crm.example" } },
      { attributes: ["instance_url"] },
    );
    expect(await exchange()).toMatchObject({ attributes: { instance_url: "https://eu7.crm.example" } });
  });

  test.each<[NonNullable<OAuth2Settings["errors"]>, Options, string]>([
    ["rfc6749", {}, "invalid_grant"],
    ["graph", {}, "190.463"],
    ["ok-flag", { success: { flag: "ok" } }, "invalid_refresh_token"],
    ["code-flag", { success: { code: "code", is: 0 }, errors: { 40105: "reauth" } }, "40105"],
    ["status-message", {}, "bad_refresh_token"],
    ["code-message", { errors: { UNAUTHORIZED: "reauth" } }, "unauthorized"],
  ])("a dead grant in the words of %s", async (errors, options, code) => {
    const { consent, exchange } = await connect({ errors }, options);
    await sandbox.control.revoke(consent.grantId);
    expect(await exchange()).toMatchObject({ kind: "refused", class: "reauth", error: code });
  });

  test("secrets that an error echoes appear nowhere", async () => {
    const { consent, exchange } = await connect({}, { references: ["received"] });
    for (const answer of [
      { status: 400, body: { error: consent.refreshToken } },
      { status: 500, body: "boom" },
    ]) {
      await sandbox.control.fault({ answer, echo: true });
      const text = JSON.stringify(await exchange());
      expect(text).not.toContain(consent.refreshToken);
      expect(text).not.toContain(consent.clientSecret);
    }
  });
});

describe("malformed answers, over HTTP", () => {
  test.each(malformedAnswers.map((malformed) => [malformed.name, malformed] as const))("%s", async (_, malformed) => {
    const { consent, exchange } = await connect({}, {});
    await sandbox.control.fault({ rewrite: malformed.template });
    const result = await exchange();
    const successor = await sandbox.control.currentRefreshToken(consent.grantId);
    expect(successor).not.toBe(consent.refreshToken);
    const found = result.kind === "exchanged" ? result.refreshToken?.reveal() : undefined;
    expect(found).toBe(malformed.expect.refreshToken === "saved" ? successor : undefined);
    expect(result.kind === "refused" ? result.class : undefined).toBe(malformed.expect.refused);
    const complains = result.kind === "refused" || result.malformed !== undefined;
    expect(complains).toBe(malformed.expect.complaint);
  });
});

describe("options", () => {
  const token_url = "https://crm.example/token";

  test("without any, the careful kind", () => {
    expect(oauth2({ token_url })).toMatchObject({
      traits: { rotation: "sometimes", reuse: "strict" },
      endpoint: token_url,
      client: "public",
    });
  });

  test("traits, and what is needed of the client", () => {
    const refresher = oauth2({
      token_url,
      client_auth: "basic",
      rotation: "always",
      reuse: { grace_seconds: 30 },
      minimum_age: "24h",
      idle_limit_days: 60,
      presents: "access-token",
      cadence: "every-run",
    });
    expect(refresher.client).toBe("confidential");
    expect(refresher.traits).toEqual({
      rotation: "always",
      reuse: { graceSeconds: 30 },
      minimumAgeSeconds: 86_400,
      idleLimitDays: 60,
      presents: "access-token",
      cadence: "every-run",
    });
    expect(oauth2({ token_url, client_auth: "none" }).client).toBe("none");
    expect(oauth2({ token_url, minimum_age: 90 }).traits.minimumAgeSeconds).toBe(90);
  });

  test.each<[string, object]>([
    ["token_url", {}],
    ["token_url: must begin with https://", { token_url: "http://crm.example/token" }],
    ["token_urll", { token_url, token_urll: "x" }],
    ["body: must be form, json or query", { token_url, body: "xml" }],
    ["errors.gone", { token_url, errors: { gone: "write-back" } }],
    ["minimum_age: must be a duration", { token_url, minimum_age: "soon" }],
    ["success.flag: must be a name", { token_url, success: { flag: "" } }],
    ["fields", { token_url, fields: { id_token: "x" } }],
    ["refresh_expiry.days: must be more than 0", { token_url, refresh_expiry: { days: 0, from: "exchange" } }],
  ])("a mistake is named: %s", (message, options) => {
    expect(() => oauth2(options as OAuth2Options)).toThrow(message);
  });
});
