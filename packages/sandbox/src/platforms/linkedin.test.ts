import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Consent } from "../control.ts";
import { createSandbox, type Sandbox } from "../create.ts";
import { exchange, send } from "../exchange.fixture.ts";

const day = 86_400;
const dead = "The provided authorization grant or refresh token is invalid, expired or revoked";
const start = new Date("2026-11-22T00:00:00Z");
let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await createSandbox({ clock: { start, frozen: true } });
});
afterEach(async () => await sandbox.close());

async function post(path: string, fields: Readonly<Record<string, string>>): Promise<{ status: number; body: string }> {
  const { status, bytes } = await send(`${sandbox.url}/linkedin${path}`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(fields).toString(),
  });
  return { status, body: bytes.toString("utf8") };
}

async function introspect(consent: Consent, token: string, clientSecret?: string): Promise<unknown> {
  const { status, body } = await post("/oauth/v2/introspectToken", {
    client_id: consent.clientId,
    client_secret: clientSecret ?? consent.clientSecret ?? "",
    token,
  });
  return { http: status, ...(JSON.parse(body) as object) };
}

async function userinfo(token: string): Promise<unknown> {
  const headers = { authorization: `Bearer ${token}` };
  const { status, bytes } = await send(`${sandbox.url}/linkedin/v2/userinfo`, { headers });
  return { http: status, ...(JSON.parse(bytes.toString("utf8")) as object) };
}

describe("a standard app", () => {
  test("hands out no refresh token, and exchanges none", async () => {
    const consent = await sandbox.control.consent("linkedin");
    expect(consent).toMatchObject({ refreshToken: "", expiresIn: 60 * day, refreshExpiresIn: undefined });
    expect(await sandbox.control.currentRefreshToken(consent.grantId)).toBe("");
    const { status, body } = await exchange(consent, "AQVmade-up");
    expect([status, body]).toEqual([400, { error: "invalid_request", error_description: dead }]);
    const enabled = await sandbox.control.consent("linkedin", { presents: "refresh-token" });
    await sandbox.control.change(enabled.grantId, { presents: "nothing" });
    expect((await exchange(enabled)).body).toMatchObject({ error: "invalid_request" });
  });

  test("introspection wants the client, and tells what a token is", async () => {
    const consent = await sandbox.control.consent("linkedin");
    const minted = start.getTime() / 1_000;
    const known = {
      client_id: consent.clientId,
      created_at: minted,
      authorized_at: minted,
      expires_at: minted + 60 * day,
      scope: "email,openid,profile,w_member_social",
      auth_type: "3L",
    };
    await sandbox.control.advance(day);
    const token = consent.accessToken;
    expect(await introspect(consent, token)).toEqual({ http: 200, active: true, status: "active", ...known });
    expect(await introspect(consent, token, "wrong")).toMatchObject({ http: 401, error: "invalid_client" });
    expect(await introspect(consent, "AQXmade-up")).toEqual({ http: 200, active: false });
    const other = await sandbox.control.consent("linkedin", { clientId: "another-app" });
    expect(await introspect(other, token)).toEqual({ http: 200, active: false });
    await sandbox.control.advance(59 * day);
    expect(await introspect(consent, token)).toEqual({ http: 200, active: false, status: "expired", ...known });
    await sandbox.control.revoke(other.grantId);
    expect(await introspect(other, other.accessToken)).toMatchObject({ active: false, status: "revoked" });
  });

  test("resources answer in Rest.li's way, and may not know a new token at first", async () => {
    const consent = await sandbox.control.consent("linkedin", {
      account: "ada",
      settings: { propagationSeconds: 30 },
    });
    const yet = [await userinfo(consent.accessToken), await userinfo(consent.accessToken)];
    expect(yet).toEqual([
      expect.objectContaining({ http: 401, serviceErrorCode: 65_602, code: "EXPIRED_ACCESS_TOKEN" }),
      expect.objectContaining({ http: 401, serviceErrorCode: 65_601, code: "REVOKED_ACCESS_TOKEN" }),
    ]);
    await sandbox.control.advance(30);
    expect(await userinfo(consent.accessToken)).toMatchObject({ http: 200, name: "ada", sub: expect.any(String) });
    expect(await userinfo("AQXmade-up")).toMatchObject({ http: 401, serviceErrorCode: 65_600 });
    const narrow = await sandbox.control.consent("linkedin", { scopes: ["w_member_social"] });
    expect(await userinfo(narrow.accessToken)).toMatchObject({ http: 403, serviceErrorCode: 100 });
    await sandbox.control.advance(60 * day);
    expect(await userinfo(consent.accessToken)).toMatchObject({ http: 401, serviceErrorCode: 65_602 });
    await sandbox.control.revoke(consent.grantId);
    expect(await userinfo(consent.accessToken)).toMatchObject({ http: 401, serviceErrorCode: 65_601 });
  });
});

describe("a refresh-enabled app", () => {
  test("renews until 365 days after the consent, and tokens shrink towards that end", async () => {
    const consent = await sandbox.control.consent("linkedin", { presents: "refresh-token" });
    expect(consent).toMatchObject({ refreshExpiresIn: 365 * day, expiresIn: 60 * day });
    await sandbox.control.advance(59 * day);
    expect((await exchange(consent)).body).toEqual({
      access_token: expect.stringMatching(/^AQX/),
      expires_in: 60 * day,
      refresh_token: consent.refreshToken,
      refresh_token_expires_in: 306 * day,
      scope: "email,openid,profile,w_member_social",
      token_type: "Bearer",
    });
    await sandbox.control.advance(301 * day);
    const late = (await exchange(consent)).body;
    expect(late).toMatchObject({ expires_in: 5 * day, refresh_token_expires_in: 5 * day });
    await sandbox.control.advance(5 * day);
    expect(await introspect(consent, String(late["access_token"]))).toMatchObject({ active: false, status: "expired" });
    expect(await exchange(consent)).toMatchObject({
      status: 400,
      body: { error: "invalid_request", error_description: dead },
    });
  });

  test("words a dead token either way, and a wrong client in its own", async () => {
    const consent = await sandbox.control.consent("linkedin", {
      presents: "refresh-token",
      settings: { deadTokenError: "invalid_grant" },
    });
    expect((await exchange(consent, undefined, { client_secret: "wrong" })).status).toBe(401);
    expect((await exchange(consent, undefined, { grant_type: "password" })).body).toMatchObject({
      error: "unsupported_grant_type",
    });
    await post("/oauth/v2/revoke", { client_id: "x", client_secret: "x", token: consent.accessToken });
    expect((await exchange(consent)).body).toEqual({ error: "invalid_grant", error_description: dead });
  });
});
