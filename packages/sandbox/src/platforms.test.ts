import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Consent } from "./control.ts";
import { createSandbox, type Sandbox } from "./create.ts";
import { exchange, send, type Received } from "./exchange.fixture.ts";
import type { SandboxPlatform } from "./platform.ts";
import { oauth2Platform } from "./platforms/oauth2.ts";
import type { OAuth2Settings } from "./platforms/oauth2-settings.ts";
import { tiktokPlatform } from "./platforms/tiktok.ts";
import { bearerOf, formOf } from "./request-reading.ts";

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await createSandbox({ clock: { start: new Date("2026-11-22T00:00:00Z"), frozen: true } });
});
afterEach(async () => await sandbox.close());

const bearer = (token: unknown): Record<string, string> => ({ authorization: `Bearer ${String(token)}` });
const json = ({ bytes }: Received): unknown => JSON.parse(bytes.toString("utf8"));
const form = { "content-type": "application/x-www-form-urlencoded" };

describe("tiktok", () => {
  test("rotates with comma scopes and remaining lifetimes", async () => {
    const grant = await sandbox.control.consent("tiktok", { account: "brand" });
    await sandbox.control.advance(86_400);
    const { status, body } = await exchange(grant);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      expires_in: 7_200,
      refresh_expires_in: 15_552_000 - 86_400,
      scope: "user.info.basic,video.publish,video.upload",
      token_type: "Bearer",
      refresh_token: await sandbox.control.currentRefreshToken(grant.grantId),
    });
    const url = `${sandbox.url}/tiktok/v2/user/info/?fields=open_id,display_name`;
    const user = { open_id: body["open_id"], display_name: "brand" };
    expect(json(await send(url, { headers: bearer(body["access_token"]) }))).toMatchObject({
      data: { user },
      error: { code: "ok" },
    });
    expect((await send(url)).status).toBe(401);
  });

  test("words a dead token with status 200 and a log id, or with another status", async () => {
    const grant = await sandbox.control.consent("tiktok");
    const dead = await exchange(grant, "rft.unknown");
    expect(dead.status).toBe(200);
    expect(dead.body).toEqual({
      error: "invalid_grant",
      error_description: "Refresh token is invalid or expired.",
      log_id: "20261122000000000000000001",
    });
    await sandbox.control.configure("tiktok", { settings: { refusalStatus: 400 } });
    expect((await exchange(grant, "rft.unknown")).status).toBe(400);
  });

  test("wants a form, its own client_key and the right secret", async () => {
    const grant = await sandbox.control.consent("tiktok");
    const asJson = await send(grant.tokenUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    expect(json(asJson)).toMatchObject({ error: "invalid_request" });
    expect((await exchange(grant, undefined, { client_key: "other" })).body["error"]).toBe("invalid_client");
    expect((await exchange(grant, undefined, { client_secret: "wrong" })).body["error"]).toBe("invalid_client");
    expect((await exchange(grant, undefined, { grant_type: "password" })).body["error"]).toBe("unsupported_grant_type");
    expect(await sandbox.control.counts()).toMatchObject({ refusals: 4, rotations: 0, replays: 0 });
  });

  test("revokes by access token", async () => {
    const grant = await sandbox.control.consent("tiktok");
    const body = new URLSearchParams({ token: grant.accessToken }).toString();
    const url = `${sandbox.url}/tiktok/v2/oauth/revoke/`;
    expect(json(await send(url, { method: "POST", headers: form, body }))).toEqual({});
    expect((await sandbox.control.grant(grant.grantId)).revoked).toBe("revoked");
    expect(json(await send(url, { method: "POST", headers: form, body: "token=x" }))).toHaveProperty("log_id");
  });
});

describe("youtube", () => {
  test("mints without a refresh token; its end is stated in Testing only", async () => {
    const grant = await sandbox.control.consent("youtube");
    const { body } = await exchange(grant);
    expect(Object.keys(body).toSorted()).toEqual(["access_token", "expires_in", "scope", "token_type"]);
    const week = { refreshLifetimeSeconds: 604_799, refreshEnd: "fixed", settings: { testing: true } } as const;
    const testing = await sandbox.control.consent("youtube", week);
    expect((await exchange(testing)).body["refresh_token_expires_in"]).toBe(604_799);
    await sandbox.control.advance(604_799);
    expect((await exchange(testing)).body["error"]).toBe("invalid_grant");
    expect((await exchange(grant)).status).toBe(200);
  });

  test("dies after six months without use, and each use starts them again", async () => {
    const grant = await sandbox.control.consent("youtube");
    await sandbox.control.advance(15_551_999);
    expect((await exchange(grant)).status).toBe(200);
    await sandbox.control.advance(15_551_999);
    expect((await exchange(grant)).status).toBe(200);
    await sandbox.control.advance(15_552_000);
    expect((await exchange(grant)).body).toEqual({
      error: "invalid_grant",
      error_description: "Token has been expired or revoked.",
    });
  });

  test("blames the client with 401", async () => {
    const { control } = sandbox;
    const grant = await control.consent("youtube");
    const words = async (fields: Record<string, string>): Promise<unknown> => {
      const { status, body } = await exchange(grant, undefined, fields);
      return [status, body["error"], body["error_description"]];
    };
    expect(await words({ client_id: "nobody" })).toEqual([401, "invalid_client", "The OAuth client was not found."]);
    expect(await words({ client_secret: "wrong" })).toEqual([401, "invalid_client", "Unauthorized"]);
    await control.setClient("youtube", "other", { secrets: ["s"] });
    const others = { client_id: "other", client_secret: "s" };
    expect(await words(others)).toEqual([401, "unauthorized_client", "Unauthorized"]);
    expect(await words({ scope: "https://www.googleapis.com/auth/drive" })).toEqual([
      400,
      "invalid_scope",
      "Some requested scopes were invalid.",
    ]);
    await control.setClient("youtube", grant.clientId, { deleted: true });
    expect(await words({})).toEqual([401, "deleted_client", "The OAuth client was deleted."]);
  });

  test("proves access tokens by channels and tokeninfo", async () => {
    const { control, url } = sandbox;
    const grant = await control.consent("youtube");
    const channels = `${url}/youtube/youtube/v3/channels?part=id&mine=true`;
    const found = json(await send(channels, { headers: bearer(grant.accessToken) }));
    expect(found).toMatchObject({ items: [{ id: expect.stringMatching(/^UC/) as string }] });
    const info = await send(`${url}/youtube/tokeninfo?access_token=${encodeURIComponent(grant.accessToken)}`);
    expect(json(info)).toMatchObject({ expires_in: "3599", aud: grant.clientId });
    await control.setScopes(grant.grantId, ["https://www.googleapis.com/auth/youtube.upload"]);
    expect((await send(channels, { headers: bearer(grant.accessToken) })).status).toBe(403);
    await control.advance(3_599);
    expect((await send(channels, { headers: bearer(grant.accessToken) })).status).toBe(401);
    expect((await send(`${url}/youtube/tokeninfo?access_token=x`)).status).toBe(400);
  });
});

describe("oauth2", () => {
  const consent = async (settings: OAuth2Settings): Promise<Consent> =>
    await sandbox.control.consent("oauth2", { settings: { ...settings }, reuse: "retry-safe" });
  const basic = (id: string, secret: string): string => `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;
  const encoded = (value: string): string => encodeURIComponent(value).replaceAll("%20", "+");
  const presentBasic = async (grant: Consent, header: string): Promise<Received> =>
    await send(grant.tokenUrl, {
      method: "POST",
      headers: { ...form, authorization: header },
      body: new URLSearchParams({ grant_type: "refresh_token", refresh_token: grant.refreshToken }).toString(),
    });

  test("client_secret_basic is form-encoded; in the body it is refused where only basic will do", async () => {
    const grant = await consent({ clientAuth: "basic" });
    const secret = grant.clientSecret ?? "";
    expect((await presentBasic(grant, basic(encoded(grant.clientId), encoded(secret)))).status).toBe(200);
    expect((await presentBasic(grant, basic(grant.clientId, secret))).status).toBe(401);
    expect((await exchange(grant)).body["error"]).toBe("invalid_client");
    const body = await consent({ clientAuth: "body" });
    expect((await presentBasic(body, basic(encoded(body.clientId), encoded(secret)))).status).toBe(401);
    await sandbox.control.configure("oauth2", { settings: { basicEncoding: "raw" } });
    expect((await presentBasic(grant, basic(grant.clientId, secret))).status).toBe(200);
  });

  test("a public client has no secret, and must not send one", async () => {
    const publicClient = { publicClient: true, settings: { clientAuth: "none" } };
    const grant = await sandbox.control.consent("oauth2", publicClient);
    expect(grant.clientSecret).toBeUndefined();
    expect((await exchange(grant, undefined, { client_secret: "x" })).status).toBe(401);
    expect((await exchange(grant)).status).toBe(200);
  });

  test("several secrets are good at a time, until one is not", async () => {
    const grant = await consent({});
    const old = grant.clientSecret ?? "";
    await sandbox.control.setClient("oauth2", grant.clientId, { secrets: ["new", old] });
    expect((await exchange(grant)).status).toBe(200);
    await sandbox.control.setClient("oauth2", grant.clientId, { secrets: ["new"] });
    expect((await exchange(grant)).status).toBe(401);
    expect((await exchange(grant, undefined, { client_secret: "new" })).status).toBe(200);
  });

  test("JSON, query and GET; each refused where another is wanted", async () => {
    const grant = await consent({ body: "json" });
    const fields = {
      grant_type: "refresh_token",
      client_id: grant.clientId,
      client_secret: grant.clientSecret ?? "",
      refresh_token: grant.refreshToken,
    };
    const headers = { "content-type": "application/json; charset=utf-8" };
    const asJson = await send(grant.tokenUrl, { method: "POST", headers, body: JSON.stringify(fields) });
    expect(asJson.status).toBe(200);
    expect((await exchange(grant)).body["error"]).toBe("invalid_request");
    await sandbox.control.change(grant.grantId, { settings: { body: "query" } });
    const url = `${grant.tokenUrl}?${new URLSearchParams(fields).toString()}`;
    expect((await send(url)).status).toBe(200);
    expect((await send(grant.tokenUrl, { method: "POST", headers, body: JSON.stringify(fields) })).status).toBe(400);
    expect((await send(url, { method: "DELETE" })).status).toBe(400);
  });

  test("renamed parameters and another grant type", async () => {
    const settings = { grantType: "renew", parameters: { refreshToken: "rt", clientId: "app_id" } };
    await using other = await createSandbox({ platforms: [oauth2Platform({ name: "acme-crm", settings })] });
    const grant = await other.control.consent("acme-crm");
    const secret = { client_secret: grant.clientSecret ?? "" };
    const body = new URLSearchParams({
      grant_type: "renew",
      app_id: grant.clientId,
      rt: grant.refreshToken,
      ...secret,
    });
    const answer = await send(grant.tokenUrl, { method: "POST", headers: form, body: body.toString() });
    expect(answer.status).toBe(200);
    expect((await exchange(grant)).body["error"]).toBe("unsupported_grant_type");
  });

  test("envelopes, renamed fields, separators and absolute times", async () => {
    const grant = await consent({
      envelope: "data.0",
      fields: { refreshToken: "rt", expires: "expires_at", tokenType: null },
      expires: "rfc3339",
      refreshExpires: "epoch-milliseconds",
      scopeSeparator: ",",
      extra: { instance_url: "https://eu.example.com" },
    });
    const { body } = await exchange(grant);
    expect(body).toEqual({
      instance_url: "https://eu.example.com",
      data: [
        {
          access_token: expect.any(String) as string,
          rt: expect.any(String) as string,
          expires_at: "2026-11-22T01:00:00.000Z",
          refresh_token_expires_in: Date.parse("2026-11-22T00:00:00Z") + 7_776_000_000,
          scope: "openid,contacts.read,contacts.write",
        },
      ],
    });
    const other = await consent({ expires: "epoch-seconds", scopeAs: "array", refreshExpires: "string-seconds" });
    expect((await exchange(other)).body).toMatchObject({
      expires_in: Date.parse("2026-11-22T01:00:00Z") / 1_000,
      refresh_token_expires_in: "7776000",
      scope: ["openid", "contacts.read", "contacts.write"],
    });
  });

  test.each([
    ["rfc6749", 400, { error: "invalid_grant" }],
    ["graph", 400, { error: { type: "OAuthException", code: 190 } }],
    ["ok-flag", 200, { ok: false, error: "invalid_refresh_token" }],
    ["code-flag", 200, { code: 40_105, data: {} }],
    ["status-message", 400, { status: "BAD_REFRESH_TOKEN" }],
    ["code-message", 401, { code: "unauthorized" }],
  ] as const)("refuses as %s", async (errors, status, body) => {
    const grant = await consent({ errors });
    expect((await exchange(grant)).status).toBe(200);
    await sandbox.control.revoke(grant.grantId);
    expect(await exchange(grant)).toMatchObject({ status, body });
  });

  test("narrows scopes on request, refuses more than was granted", async () => {
    const grant = await consent({});
    expect((await exchange(grant, undefined, { scope: "openid" })).body["scope"]).toBe("openid");
    expect((await exchange(grant, undefined, { scope: "openid admin" })).body["error"]).toBe("invalid_scope");
    expect(await sandbox.control.counts()).toMatchObject({ rotations: 1 });
  });

  test("renews access tokens in place, without client or refresh token, and not too early", async () => {
    const { control } = sandbox;
    const grant = await control.consent("oauth2", {
      presents: "access-token",
      minimumAgeSeconds: 1_800,
      settings: { clientAuth: "none" },
    });
    expect(grant.refreshToken).toBe(grant.accessToken);
    const renew = async (token: string): Promise<Received> =>
      await send(
        `${grant.tokenUrl}?${new URLSearchParams({ grant_type: "refresh_token", access_token: token }).toString()}`,
      );
    expect((await renew(grant.accessToken)).status).toBe(400);
    await control.advance(1_800);
    const renewed = json(await renew(grant.accessToken)) as Record<string, unknown>;
    expect(renewed).not.toHaveProperty("refresh_token");
    expect(renewed["access_token"]).toBe(await control.currentRefreshToken(grant.grantId));
    expect((await renew(grant.accessToken)).status).toBe(200);
    await control.advance(1_800);
    expect((await renew(grant.accessToken)).status).toBe(400);
    expect(await control.isAlive(grant.grantId, String(renewed["access_token"]))).toBe(true);
    expect(await control.counts()).toMatchObject({ refreshes: 2, rotations: 0, replays: 0, revocations: 0 });
    const usual = await control.consent("oauth2");
    expect((await exchange(usual, usual.accessToken)).body["error"]).toBe("invalid_grant");
  });

  test("introspects and revokes", async () => {
    const grant = await sandbox.control.consent("oauth2");
    const ask = async (path: string, token: string): Promise<Received> =>
      await send(`${sandbox.url}/oauth2${path}`, {
        method: "POST",
        headers: form,
        body: new URLSearchParams({ token }).toString(),
      });
    expect(json(await ask("/introspect", grant.accessToken))).toMatchObject({
      active: true,
      exp: Date.parse("2026-11-22T01:00:00Z") / 1_000,
      scope: grant.scope,
    });
    expect(json(await ask("/introspect", grant.refreshToken))).toMatchObject({ token_type: "refresh_token" });
    await ask("/revoke", grant.refreshToken);
    expect(json(await ask("/introspect", grant.accessToken))).toEqual({ active: false });
    expect(json(await ask("/introspect", "unknown"))).toEqual({ active: false });
    expect((await ask("/nothing", "x")).status).toBe(404);
  });
});

describe("somebody else's platform", () => {
  const pager: SandboxPlatform = {
    ...tiktokPlatform({ name: "pager" }),
    tokenPath: "/auth",
    scopes: ["page"],
    tokens: { access: { prefix: "P", suffix: "" }, refresh: { prefix: "", suffix: "" } },
    readTokenRequest: (request) => ({
      grantType: "refresh_token",
      clientId: "sandbox-pager",
      clientSecret: formOf(request).get("secret") ?? undefined,
      refreshToken: bearerOf(request),
    }),
    wordTokens: (issued) => ({ status: 201, body: { token: issued.accessToken, next: issued.refreshToken } }),
    wordRefusal: (refusal) => ({ status: 409, body: refusal.reason }),
    resources: [],
  };

  test("gets rotation, replay detection, faults and ledger without doing anything for them", async () => {
    await using other = await createSandbox({ platforms: [pager] });
    const grant = await other.control.consent("pager");
    const ask = async (): Promise<Received> =>
      await send(other.tokenUrl("pager"), {
        method: "POST",
        headers: { ...form, ...bearer(grant.refreshToken) },
        body: new URLSearchParams({ secret: grant.clientSecret ?? "" }).toString(),
      });
    const first = await ask();
    expect([first.status, json(first)]).toMatchObject([
      201,
      { next: await other.control.currentRefreshToken(grant.grantId) },
    ]);
    const second = await ask();
    expect([second.status, second.bytes.toString()]).toEqual([409, "spent-token"]);
    expect(await other.control.counts()).toMatchObject({ rotations: 1, replays: 1, revocations: 1 });
  });

  test("one that throws answers 500 and leaves the sandbox running", async () => {
    const throwing: SandboxPlatform = {
      ...pager,
      wordTokens: () => {
        throw new Error("dialect is broken");
      },
    };
    await using other = await createSandbox({ platforms: [throwing] });
    const grant = await other.control.consent("pager");
    const answer = await send(grant.tokenUrl, {
      method: "POST",
      headers: { ...form, ...bearer(grant.refreshToken) },
      body: new URLSearchParams({ secret: grant.clientSecret ?? "" }).toString(),
    });
    expect([answer.status, answer.bytes.toString()]).toEqual([500, expect.stringContaining("dialect is broken")]);
    await other.control.idle();
  });

  test("names must be usable and unique", async () => {
    await expect(createSandbox({ platforms: [tiktokPlatform({ name: "_control" })] })).rejects.toThrow("_control");
    await expect(createSandbox({ platforms: [pager, pager] })).rejects.toThrow('two platforms are named "pager"');
  });
});
