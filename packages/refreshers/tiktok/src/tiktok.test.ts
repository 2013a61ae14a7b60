import { createHttpClient, secret, type Client, type Exchanged, type Grant, type Refused } from "@tokenward/core";
import { createSandbox, type Consent, type Sandbox } from "@tokenward/sandbox";
import { testIO } from "@tokenward/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import tiktokPlugin, { tiktok } from "./index.ts";

const http = createHttpClient({ env: {} });
let sandbox: Sandbox;
let consent: Consent;
beforeEach(async () => {
  sandbox = await createSandbox();
  consent = await sandbox.control.consent("tiktok");
});
afterEach(async () => await sandbox.close());

function local(): ReturnType<typeof tiktok> {
  const base = new URL("./", new URL("../../", consent.tokenUrl)).href;
  return tiktok({
    token_url: consent.tokenUrl,
    user_info_url: `${base}user/info/`,
    revoke_url: `${base}oauth/revoke/`,
  });
}

function grantOf(from: Consent): Grant {
  return {
    id: "tiktok",
    platform: "tiktok",
    accessToken: secret(from.accessToken),
    refreshToken: secret(from.refreshToken),
  };
}

function clientOf(from: Consent, clientSecret: string = from.clientSecret ?? ""): Client {
  return { id: from.clientId, secrets: [secret(clientSecret)] };
}

async function exchange(grant: Grant, client: Client = clientOf(consent)): Promise<Exchanged | Refused> {
  const refresher = local();
  const answer = await http.send(await refresher.request!(grant, client));
  return refresher.interpret!(answer, grant, answer.receivedAt);
}

function exchanged(result: Exchanged | Refused): Exchanged {
  if (result.kind === "refused") throw new Error(`refused: ${result.class}: ${result.detail}`);
  return result;
}

describe("the exchange, over HTTP", () => {
  test("rotates, and obeys the lifetimes of the answer", async () => {
    await sandbox.control.fault({ expiresIn: 7_200, refreshExpiresIn: 1_000_000 });
    const before = Date.now();
    const first = exchanged(await exchange(grantOf(consent)));
    expect(first.malformed).toBeUndefined();
    expect(first.refreshToken?.reveal()).toBe(await sandbox.control.currentRefreshToken(consent.grantId));
    expect(first.refreshToken?.reveal()).not.toBe(consent.refreshToken);
    expect(first.scopes).toEqual(consent.scopes);
    expect(first.attributes).toEqual({ open_id: expect.any(String) });
    const life = (first.accessTokenExpiresAt?.getTime() ?? 0) - before;
    const refreshLife = (first.refreshTokenExpiresAt?.getTime() ?? 0) - before;
    expect(Math.round(life / 60_000)).toBe(120);
    expect(Math.round(refreshLife / 60_000)).toBe(16_667);
    const second = exchanged(await exchange({ ...grantOf(consent), refreshToken: first.refreshToken }));
    expect(second.refreshToken?.reveal()).not.toBe(first.refreshToken?.reveal());
    expect(await sandbox.control.counts()).toMatchObject({ rotations: 2, replays: 0 });
  });

  test("a dead refresh token is HTTP 200 with an error, and TikTok's log id is kept", async () => {
    await sandbox.control.revoke(consent.grantId);
    const refused = await exchange(grantOf(consent));
    expect(refused).toMatchObject({ kind: "refused", class: "reauth", error: "invalid_grant" });
    expect((refused as Refused).reference).toMatch(/^\d{20,}/);
    expect((refused as Refused).detail).not.toMatch(/[.!]$/);
  });

  test("a wrong secret is the client's, not the token's", async () => {
    const refused = await exchange(grantOf(consent), clientOf(consent, "wrong-secret-1"));
    expect(refused).toMatchObject({ kind: "refused", class: "client", error: "invalid_client" });
    expect(await sandbox.control.isAlive(consent.grantId, consent.refreshToken)).toBe(true);
  });

  test.each([
    [{ status: 429, body: { error: "rate_limit_exceeded" } }, "throttled"],
    [{ status: 503, retryAfter: 3 }, "transient"],
    [{ status: 502, body: "<html>Bad Gateway</html>" }, "in-doubt"],
    [{ status: 200, body: "" }, "in-doubt"],
    [{ status: 500, body: { error: "internal_error", log_id: "1" } }, "transient"],
  ] as const)("%j is %s", async (answer, failure) => {
    await sandbox.control.fault({ answer });
    expect(await exchange(grantOf(consent))).toMatchObject({ kind: "refused", class: failure });
  });

  test("an answer without refresh token is odd here", async () => {
    await sandbox.control.fault({ rewrite: { body: '{"access_token":"{{access_token}}","expires_in":7200}' } });
    const result = exchanged(await exchange(grantOf(consent)));
    expect(result.refreshToken).toBeUndefined();
    expect(result.malformed).toContain("no refresh token");
  });
});

describe("verify, over HTTP", () => {
  test("names the account, and spends nothing", async () => {
    const grant = grantOf(consent);
    const found = await local().verify!(grant, clientOf(consent), secret(consent.accessToken), testIO());
    expect(found).toEqual({ works: true, subject: expect.any(String) });
    expect(await sandbox.control.counts()).toMatchObject({ tokenRequests: 0 });
  });

  test("a dead access token says nothing about the grant", async () => {
    const found = await local().verify!(grantOf(consent), clientOf(consent), secret("act.nonsense"), testIO());
    expect(found).toMatchObject({ works: false });
    expect(found.class).toBeUndefined();
  });

  test("a missing scope is a missing scope, although the status is 401", async () => {
    const narrow = await sandbox.control.consent("tiktok", { scopes: ["video.publish"] });
    const found = await local().verify!(grantOf(narrow), clientOf(narrow), secret(narrow.accessToken), testIO());
    expect(found).toMatchObject({ works: false, class: "scopes" });
  });
});

test("revocation ends the grant", async () => {
  const { revocation } = local();
  const answer = await http.send(revocation!.request(grantOf(consent), clientOf(consent)));
  expect(revocation!.interpret(answer)).toEqual({ kind: "revoked" });
  expect(await sandbox.control.isAlive(consent.grantId, consent.refreshToken)).toBe(false);
  const again = await http.send(
    revocation!.request({ ...grantOf(consent), accessToken: secret("act.gone1") }, clientOf(consent)),
  );
  expect(revocation!.interpret(again)).toMatchObject({ kind: "refused", error: "invalid_request" });
});

describe("as data", () => {
  const now = new Date("2026-11-22T12:00:00Z");
  const stored: Grant = { id: "tiktok", platform: "tiktok", refreshToken: secret("rft.stored1") };

  test("the request is a form with client_key", () => {
    const client: Client = { id: "key", secrets: [secret("cs-1234567")] };
    expect(tiktok().request!(stored, client)).toEqual({
      method: "POST",
      url: "https://open.tiktokapis.com/v2/oauth/token/",
      headers: { accept: "application/json", "cache-control": "no-cache" },
      body: {
        form: {
          grant_type: "refresh_token",
          client_key: "key",
          client_secret: client.secrets[0],
          refresh_token: stored.refreshToken,
        },
      },
    });
    expect(() => tiktok().request!(stored, { id: "key", secrets: [] })).toThrow("no client secret");
  });

  test("every run rotates it", () => {
    const refresher = tiktok();
    const policy = { traits: refresher.traits, refreshAt: 0.8 };
    expect(refresher.assess(stored, now, policy)).toMatchObject({ verdict: "due", would: "rotate" });
    const ended = { ...stored, refreshTokenExpiresAt: now };
    expect(refresher.assess(ended, now, policy)).toMatchObject({ verdict: "reauth-required" });
  });

  test("a code is exchanged at the same address", () => {
    const { authorization } = tiktok();
    const request = authorization!.codeRequest(
      { code: secret("code-12345"), redirectUri: "http://127.0.0.1:4000/" },
      { id: "key", secrets: [secret("cs-1234567")] },
    );
    expect(request.body).toMatchObject({ form: { client_key: "key", grant_type: "authorization_code" } });
    expect(authorization).toMatchObject({ pkce: "S256-hex", clientIdParameter: "client_key", scopeSeparator: "," });
  });

  test("addresses that would show tokens to others are refused", () => {
    expect(() => tiktok({ token_url: "http://open.tiktokapis.com/token" })).toThrow("https://");
    expect(() => tiktok({ token_uri: "https://x.example" } as never)).toThrow("token_uri");
    expect(tiktokPlugin).toBe(tiktok);
  });
});
