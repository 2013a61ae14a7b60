import { inspect } from "node:util";
import {
  createHttpClient,
  missingScopes,
  secret,
  type Client,
  type Exchanged,
  type Grant,
  type Refused,
} from "@tokenward/core";
import { createSandbox, podiumPlatform, type Consent, type Sandbox } from "@tokenward/sandbox";
import { testIO } from "@tokenward/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import podiumPlugin, { podium, type PodiumOptions } from "./index.ts";

const http = createHttpClient({ env: {} });
let sandbox: Sandbox;
let consent: Consent;
beforeEach(async () => {
  // Podium's token endpoint stands on two hosts; both are served here, the second under its host's name.
  sandbox = await createSandbox({ platforms: [podiumPlatform(), podiumPlatform({ name: "accounts" })] });
  consent = await sandbox.control.consent("podium", { account: "acme-rv" });
});
afterEach(async () => await sandbox.close());

function local(options: PodiumOptions = {}): ReturnType<typeof podium> {
  return podium({ token_url: consent.tokenUrl, api_url: `${sandbox.url}/podium/v4`, ...options });
}

function grantOf(from: Consent, refreshToken: string = from.refreshToken): Grant {
  return {
    id: "podium/acme-rv",
    platform: "podium",
    account: "acme-rv",
    accessToken: secret(from.accessToken),
    refreshToken: secret(refreshToken),
  };
}

function clientOf(from: Consent, clientSecret: string = from.clientSecret ?? ""): Client {
  return { id: from.clientId, secrets: [secret(clientSecret)] };
}

async function exchange(
  options: PodiumOptions = {},
  grant: Grant = grantOf(consent),
  client: Client = clientOf(consent),
): Promise<Exchanged | Refused> {
  const refresher = local(options);
  const answer = await http.send(await refresher.request!(grant, client));
  return refresher.interpret!(answer, grant, answer.receivedAt);
}

function exchanged(result: Exchanged | Refused): Exchanged {
  if (result.kind === "refused") throw new Error(`refused: ${result.class}: ${result.detail}`);
  return result;
}

function minutesLeft(end: Date | undefined): number {
  return Math.round(((end?.getTime() ?? 0) - Date.now()) / 60_000);
}

describe("the exchange, over HTTP", () => {
  test.each([
    ["json", "podium"],
    ["form", "podium"],
    ["json", "accounts"],
    ["form", "accounts"],
  ] as const)("with %s, at the token endpoint of %s", async (body, platform) => {
    consent = await sandbox.control.consent(platform);
    const result = exchanged(await exchange({ body }));
    expect(result).toMatchObject({ malformed: undefined, scopes: undefined });
    expect(result.refreshToken?.reveal()).toBe(await sandbox.control.currentRefreshToken(consent.grantId));
    expect(result.refreshToken?.reveal()).not.toBe(consent.refreshToken);
    expect(minutesLeft(result.accessTokenExpiresAt)).toBe(600);
    expect(await sandbox.control.counts()).toMatchObject({ rotations: 1, replays: 0 });
  });

  test("names no refresh token where Podium sends none, so the old one stays and works again", async () => {
    consent = await sandbox.control.consent("podium", { rotation: "never", repeatUnchangedToken: false });
    const first = exchanged(await exchange());
    expect(first.refreshToken).toBeUndefined();
    expect(first.malformed).toBeUndefined();
    exchanged(await exchange());
    expect(await sandbox.control.counts()).toMatchObject({ refreshes: 2, rotations: 0, replays: 0 });
  });

  test.each(["epoch-seconds", "epoch-milliseconds", "rfc3339"] as const)(
    "believes expires_at as %s where it stands alone, in an opaque token's answer",
    async (expiresAt) => {
      await sandbox.control.configure("podium", {
        settings: { expiresAt, statesExpiresIn: false, accessTokens: "opaque" },
      });
      expect(minutesLeft(exchanged(await exchange()).accessTokenExpiresAt)).toBe(600);
    },
  );

  test("reads the end from the token where the answer states none", async () => {
    await sandbox.control.configure("podium", { settings: { expiresAt: "absent", statesExpiresIn: false } });
    expect(minutesLeft(exchanged(await exchange()).accessTokenExpiresAt)).toBe(600);
    await sandbox.control.configure("podium", { settings: { accessTokens: "opaque" } });
    const next = await sandbox.control.currentRefreshToken(consent.grantId);
    expect(exchanged(await exchange({}, grantOf(consent, next))).accessTokenExpiresAt).toBeUndefined();
  });

  test.each([
    [{ refusals: "rfc6749" }, "invalid_grant"],
    [{ refusals: "rfc6749", refusalStatus: 400 }, "invalid_grant"],
    [{ refusals: "podium" }, "unauthorized"],
    [{ refusals: "podium", codes: "integer" }, "401"],
  ] as const)("a dead refresh token is dead, also worded as %j", async (settings, error) => {
    await sandbox.control.configure("podium", { settings });
    await sandbox.control.revoke(consent.grantId);
    expect(await exchange()).toMatchObject({ kind: "refused", class: "reauth", error });
  });

  test("a wrong secret is the client's, not the token's", async () => {
    const refused = await exchange({}, grantOf(consent), clientOf(consent, "wrong-secret-1"));
    expect(refused).toMatchObject({ kind: "refused", class: "client", error: "invalid_client" });
    expect(await sandbox.control.isAlive(consent.grantId, consent.refreshToken)).toBe(true);
  });

  test.each([
    [{ status: 429, body: { code: "rate_limit", message: "Slow down" } }, "throttled"],
    [{ status: 429, body: { error: "rate_limited" } }, "throttled"],
    [{ status: 500, body: { code: "internal_server_error" } }, "transient"],
    [{ status: 503, retryAfter: 3 }, "transient"],
    [{ status: 502, body: "<html>Bad Gateway</html>" }, "in-doubt"],
    [{ status: 200, body: "" }, "in-doubt"],
  ] as const)("%j is %s", async (answer, failure) => {
    await sandbox.control.fault({ answer });
    expect(await exchange()).toMatchObject({ kind: "refused", class: failure });
  });
});

describe("verify, over HTTP", () => {
  async function verify(options: PodiumOptions, from: Consent, token: string = from.accessToken): Promise<unknown> {
    return await local(options).verify!(grantOf(from), clientOf(from), secret(token), testIO());
  }

  test("asks for webhooks, and lets nothing of them out", async () => {
    const found = await verify({}, consent);
    expect(found).toEqual({ works: true, subject: undefined, accessTokenExpiresAt: undefined });
    expect(inspect(found) + JSON.stringify(found)).not.toContain("signing-");
    expect(await sandbox.control.counts()).toMatchObject({ tokenRequests: 0 });
    await sandbox.control.fault({ answer: { status: 500, body: { data: [{ secret: "signing-leak" }] } } });
    const failed = await verify({}, consent);
    expect(failed).toMatchObject({ works: false, class: "transient" });
    expect(inspect(failed)).not.toContain("signing-");
  });

  test("needs no scope, and finds the end in the token", async () => {
    const narrow = await sandbox.control.consent("podium", { scopes: ["read_contacts"] });
    const { accessToken } = exchanged(await exchange({}, grantOf(narrow), clientOf(narrow)));
    const found = await local().verify!(grantOf(narrow), clientOf(narrow), accessToken!, testIO());
    expect(found.works).toBe(true);
    expect(minutesLeft(found.accessTokenExpiresAt)).toBe(600);
  });

  test("locations name the organisation, and need their scope", async () => {
    const options = { health_check: "locations" };
    expect(await verify(options, consent)).toMatchObject({
      works: true,
      subject: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    const narrow = await sandbox.control.consent("podium", { scopes: ["read_contacts"] });
    expect(await verify(options, narrow)).toMatchObject({ works: false, class: "scopes" });
  });

  test("another address, such as the specification's /v4/me, which does not exist", async () => {
    const me = await verify({ health_check: `${sandbox.url}/podium/v4/me` }, consent);
    expect(me).toMatchObject({ works: false, class: "client", detail: expect.stringContaining("health_check") });
    const webhooks = await verify({ health_check: `${sandbox.url}/podium/v4/webhooks` }, consent);
    expect(webhooks).toMatchObject({ works: true });
    await sandbox.control.fault({ answer: { status: 204 } });
    expect(await verify({ health_check: `${sandbox.url}/podium/v4/me` }, consent)).toMatchObject({ works: true });
  });

  test("a dead access token says nothing about the grant", async () => {
    const found = await verify({}, consent, "nonsense-1");
    expect(found).toMatchObject({ works: false });
    expect(found).not.toHaveProperty("class");
    await sandbox.control.fault({ answer: { status: 429, body: { code: "rate_limit" } } });
    expect(await verify({}, consent)).toMatchObject({ works: false, class: "throttled" });
  });
});

describe("as data", () => {
  const now = new Date("2026-11-22T12:00:00Z");
  const stored: Grant = { id: "podium", platform: "podium", refreshToken: secret("prt_stored1") };
  const client: Client = { id: "app", secrets: [secret("cs-1234567")] };

  test("the request is JSON at the documented address, unless told otherwise", () => {
    const fields = {
      grant_type: "refresh_token",
      client_id: "app",
      client_secret: client.secrets[0],
      refresh_token: stored.refreshToken,
    };
    expect(podium().request!(stored, client)).toEqual({
      method: "POST",
      url: "https://api.podium.com/oauth/token",
      headers: { accept: "application/json" },
      body: { json: fields },
    });
    const other = podium({ token_url: "https://accounts.podium.com/oauth/token", body: "form" });
    expect(other.request!(stored, client)).toMatchObject({
      url: "https://accounts.podium.com/oauth/token",
      body: { form: fields },
    });
    expect(other.endpoint).toBe("https://accounts.podium.com/oauth/token");
    expect(() => podium().request!(stored, { id: "app", secrets: [] })).toThrow("no client secret");
  });

  test("every run exchanges, and names the day on which an unused grant dies", () => {
    const refresher = podium();
    const policy = { traits: refresher.traits, refreshAt: 0.8 };
    const used = { ...stored, lastUsedAt: new Date("2026-11-01T12:00:00Z") };
    expect(refresher.assess(used, now, policy)).toMatchObject({
      verdict: "due",
      would: "refresh",
      reauthBy: new Date("2027-01-30T12:00:00Z"),
    });
  });

  test("the specification's scopes are Podium's, absent ones are unchanged", () => {
    const { requiredScopes = [], scopeAliases } = podium();
    const dotted = ["conversations", "contacts", "reviews"].flatMap((name) => [`${name}.read`, `${name}.write`]);
    expect(requiredScopes).toHaveLength(6);
    expect(missingScopes(requiredScopes, dotted, scopeAliases)).toEqual([]);
    expect(missingScopes(dotted, requiredScopes, scopeAliases)).toEqual([]);
    expect(missingScopes(dotted, undefined, scopeAliases)).toEqual([]);
    expect(missingScopes(dotted, ["read_messages"], scopeAliases)).toEqual(dotted.slice(1));
    expect(scopeAliases).toMatchObject({ "locations.read": "read_locations", "users.read": "read_users" });
    expect(scopeAliases).not.toHaveProperty("users.write");
  });

  test("a code is exchanged at the same address, and its redirect is pasted", () => {
    const { authorization } = podium();
    expect(authorization).toMatchObject({ loopback: false, pkce: "none", scopeSeparator: " " });
    const request = authorization!.codeRequest(
      { code: secret("code-12345"), redirectUri: "https://app.example/callback" },
      client,
    );
    expect(request).toMatchObject({
      url: "https://api.podium.com/oauth/token",
      body: { json: { grant_type: "authorization_code", redirect_uri: "https://app.example/callback" } },
    });
  });

  test("addresses that would show tokens to others are refused", () => {
    expect(() => podium({ token_url: "http://api.podium.com/oauth/token" })).toThrow("https://");
    expect(() => podium({ health_check: "users" })).toThrow("webhooks, locations, or an address");
    expect(() => podium({ health_check: "http://api.podium.com/v4/users" })).toThrow("https://");
    expect(() => podium({ body: "query" } as never)).toThrow("body");
    expect(podiumPlugin).toBe(podium);
  });
});
