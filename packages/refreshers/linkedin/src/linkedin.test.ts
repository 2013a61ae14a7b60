import { secret, type Client, type Grant } from "@tokenward/core";
import type { HttpAnswer, HttpRequest, PluginIO, Verified } from "@tokenward/core/plugin";
import { manualClock, testIO } from "@tokenward/testing";
import { describe, expect, test } from "vitest";
import linkedinPlugin, { linkedin } from "./index.ts";

const now = new Date("2026-11-22T12:00:00Z");
const client: Client = { id: "86abc", secrets: [secret("li-secret-1")] };
const refresher = linkedin();
const stored: Grant = {
  id: "linkedin",
  platform: "linkedin",
  accessToken: secret("AQXstored1"),
  refreshToken: secret("AQVstored1"),
  scopes: ["openid", "profile"],
};

describe("requests", () => {
  test("an exchange is a form with id and secret", () => {
    expect(refresher.request!(stored, client)).toEqual({
      method: "POST",
      url: "https://www.linkedin.com/oauth/v2/accessToken",
      headers: { accept: "application/json" },
      body: {
        form: {
          grant_type: "refresh_token",
          client_id: "86abc",
          client_secret: client.secrets[0],
          refresh_token: stored.refreshToken,
        },
      },
    });
    expect(() => refresher.request!(stored, { id: "86abc", secrets: [] })).toThrow("no client secret");
    expect(() => refresher.request!(stored, { id: "", secrets: [] })).toThrow("no client id");
    expect(() => refresher.request!({ ...stored, refreshToken: undefined }, client)).toThrow("no refresh token");
  });

  test("a code is exchanged at the same address, without PKCE, from localhost", () => {
    const { authorization } = refresher;
    expect(authorization).toMatchObject({
      authorizeUrl: "https://www.linkedin.com/oauth/v2/authorization",
      scopeSeparator: " ",
      pkce: "none",
      loopback: true,
      loopbackHost: "localhost",
    });
    const request = authorization!.codeRequest(
      { code: secret("code-12345"), redirectUri: "http://localhost:4000/" },
      client,
    );
    expect(request.url).toBe("https://www.linkedin.com/oauth/v2/accessToken");
    expect(request.body).toMatchObject({
      form: { grant_type: "authorization_code", redirect_uri: "http://localhost:4000/", client_id: "86abc" },
    });
  });

  test("addresses that would show tokens to others are refused", () => {
    for (const option of ["token_url", "introspect_url", "userinfo_url", "authorize_url", "revoke_url"]) {
      expect(() => linkedin({ [option]: "http://linkedin.example/" })).toThrow("https://");
    }
    expect(() => linkedin({ alert_before_days: 14 } as never)).toThrow("alert_before_days");
    expect(linkedinPlugin).toBe(linkedin);
  });
});

describe("a fixed end", () => {
  const answer = (body: unknown): HttpAnswer => ({
    status: 200,
    headers: {},
    body: Buffer.from(JSON.stringify(body)),
    truncated: false,
    receivedAt: now,
  });
  const end = (seconds: number): Date => new Date(now.getTime() + seconds * 1_000);

  test.each([
    ["stated for the first time", undefined, 26_438_400, 26_438_400],
    ["stated again, a moment shorter", 1_000, 999, 999],
    ["said to have moved", 1_000, 31_536_000, 1_000],
    ["left out", 1_000, undefined, 1_000],
    ["never stated", undefined, undefined, undefined],
  ])("%s", (_, known, seconds, wanted) => {
    const body = { access_token: "AQXnew-1", refresh_token: "AQVnew-1", refresh_token_expires_in: seconds };
    const grant = { ...stored, refreshTokenExpiresAt: known === undefined ? undefined : end(known) };
    const read = refresher.interpret!(answer(body), grant, now);
    expect(read).toMatchObject({ kind: "exchanged", malformed: undefined });
    expect(read).toHaveProperty("refreshTokenExpiresAt", wanted === undefined ? undefined : end(wanted));
  });
});

describe("verify", () => {
  const old: Grant = { ...stored, refreshToken: undefined, rotatedAt: new Date("2026-11-01T00:00:00Z") };

  async function ask(
    reply: { readonly status?: number; readonly body: unknown },
    grant: Grant = old,
    asking: Client = client,
  ): Promise<{ readonly found: Verified; readonly sent: HttpRequest }> {
    const requests: HttpRequest[] = [];
    const io: PluginIO = testIO({
      clock: manualClock(now),
      http: {
        send: async (request) => {
          requests.push(request);
          const body = Buffer.from(typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body));
          return { status: reply.status ?? 200, headers: {}, body, truncated: false, receivedAt: now };
        },
      },
    });
    const found = await refresher.verify!(grant, asking, secret("AQXstored1"), io);
    return { found, sent: requests[0]! };
  }

  test("introspects where id and secret are known", async () => {
    const { found, sent } = await ask({
      body: { active: true, status: "active", expires_at: 1_798_184_000, scope: "openid,profile", auth_type: "3L" },
    });
    expect(sent).toMatchObject({
      method: "POST",
      url: "https://www.linkedin.com/oauth/v2/introspectToken",
      body: { form: { client_id: "86abc", client_secret: client.secrets[0] } },
    });
    expect(found).toEqual({
      works: true,
      accessTokenExpiresAt: new Date(1_798_184_000_000),
      scopes: ["openid", "profile"],
    });
  });

  test.each([
    [{ active: true, scope: "openid profile" }, ["openid", "profile"]],
    [{ active: true, scope: "" }, undefined],
    [{ active: true }, undefined],
    [{ active: true, scope: "r_organization_admin", auth_type: "2L" }, undefined],
  ])("scopes by comma or space, of three-legged tokens: %j", async (body, scopes) => {
    expect((await ask({ body })).found).toEqual({ works: true, accessTokenExpiresAt: undefined, scopes });
  });

  test.each([
    [{ active: false, status: "revoked", expires_at: 1_798_184_000 }, "revoked"],
    [{ active: false, status: "expired", expires_at: 1_763_000_000 }, "expired"],
    [{ active: false }, "as one of this client"],
  ])("an inactive token is dead: %j", async (body, words) => {
    const { found } = await ask({ body });
    expect(found).toMatchObject({ works: false, class: "reauth" });
    expect(found.detail).toContain(words);
    // With a refresh token, the exchange is the proof.
    const enabled = await ask({ body }, { ...old, refreshToken: stored.refreshToken });
    expect(enabled.found.class).toBeUndefined();
    expect((await ask({ body }, { ...old, rotatedAt: new Date(now.getTime() - 59_000) })).found).toMatchObject({
      works: false,
      class: "propagating",
    });
    expect((await ask({ body }, { ...old, rotatedAt: new Date(now.getTime() - 60_000) })).found.class).toBe("reauth");
  });

  test.each([
    [401, { error: "invalid_client" }, "client"],
    [400, { error: "unauthorized_client" }, "client"],
    [
      400,
      { error: "invalid_request", error_description: "…refresh token is invalid, expired or revoked" },
      "transient",
    ],
    [400, { error: "invalid_grant" }, "transient"],
    [429, {}, "throttled"],
    [503, "<html>", "transient"],
    [200, { active: "yes" }, "transient"],
    [200, "null", "transient"],
  ])("an introspection that fails: %i %j", async (status, body, failure) => {
    const { found } = await ask({ status, body });
    expect(found).toMatchObject({ works: false, class: failure });
    expect(found.detail).toMatch(failure === "client" ? /client/ : new RegExp(`status ${status}`));
  });

  const nobody: Client = { id: "86abc", secrets: [] };

  test("asks userinfo where there is no secret, and throws where there is no way", async () => {
    const { found, sent } = await ask({ body: { sub: "ab12", name: "Ada" } }, old, nobody);
    expect(found).toEqual({ works: true, subject: "ab12" });
    expect(sent).toMatchObject({ method: "GET", url: "https://api.linkedin.com/v2/userinfo" });
    for (const scopes of [undefined, ["openid"], ["w_member_social"]]) {
      await expect(ask({ body: {} }, { ...old, scopes }, nobody)).rejects.toMatchObject({
        code: "ERR_AUTH_REQUEST_INVALID",
        class: "client",
      });
    }
  });

  test.each([
    [401, { serviceErrorCode: 65_600, status: 401 }, "reauth"],
    [401, { serviceErrorCode: 65_601, code: "REVOKED_ACCESS_TOKEN" }, "reauth"],
    [401, { serviceErrorCode: 65_602, code: "EXPIRED_ACCESS_TOKEN" }, "reauth"],
    [401, { serviceErrorCode: 1 }, "transient"],
    [401, "<html>", "transient"],
    [403, { serviceErrorCode: 100, code: "ACCESS_DENIED" }, "scopes"],
    [429, { serviceErrorCode: 101 }, "throttled"],
    [500, { serviceErrorCode: 65_601 }, "transient"],
    [200, {}, "transient"],
  ])("userinfo says no: %i %j", async (status, body, failure) => {
    expect((await ask({ status, body }, old, nobody)).found).toMatchObject({ works: false, class: failure });
  });

  test("userinfo may not know a token in its first minute, but knows what is none", async () => {
    const young = { ...old, consentedAt: new Date(now.getTime() - 30_000) };
    for (const [code, failure] of [
      [65_601, "propagating"],
      [65_602, "propagating"],
      [65_600, "reauth"],
    ] as const) {
      const { found } = await ask({ status: 401, body: { serviceErrorCode: code } }, young, nobody);
      expect(found).toMatchObject({ works: false, class: failure });
    }
  });
});
