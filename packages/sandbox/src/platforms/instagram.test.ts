import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Consent, ConsentOptions } from "../control.ts";
import { createSandbox, type Sandbox } from "../create.ts";
import { send } from "../exchange.fixture.ts";
import { instagramPlatform } from "./instagram.ts";

const day = 86_400;
let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await createSandbox({ clock: { start: new Date("2026-11-22T00:00:00Z"), frozen: true } });
});
afterEach(async () => await sandbox.close());

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly error: Readonly<Record<string, unknown>> | undefined;
}

async function get(url: string, query: Readonly<Record<string, string>>, bearer?: string): Promise<Answer> {
  const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
  const { status, bytes } = await send(`${url}?${new URLSearchParams(query).toString()}`, { headers });
  const body = JSON.parse(bytes.toString("utf8")) as Answer["body"];
  return { status, body, error: body["error"] as Answer["error"] };
}

async function renew(grant: Consent, token: unknown = grant.accessToken): Promise<Answer> {
  return await get(grant.tokenUrl, { grant_type: "ig_refresh_token", access_token: String(token) });
}

async function extend(grant: Consent, fields: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return await get(grant.tokenUrl, {
    grant_type: "fb_exchange_token",
    client_id: grant.clientId,
    client_secret: grant.clientSecret ?? "",
    fb_exchange_token: grant.accessToken,
    ...fields,
  });
}

async function consentOf(age: number, options: ConsentOptions = {}): Promise<Consent> {
  const grant = await sandbox.control.consent("instagram", { account: "acme", ...options });
  await sandbox.control.advance(age);
  return grant;
}

describe("Instagram Login", () => {
  test("renews in place from the 24th hour on, without a client", async () => {
    const grant = await consentOf(day - 1);
    expect([grant.accessToken, grant.refreshExpiresIn]).toEqual([grant.refreshToken, undefined]);
    expect((await renew(grant)).error).toMatchObject({ code: 100, type: "OAuthException" });
    await sandbox.control.advance(1);
    const { status, body } = await renew(grant);
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: await sandbox.control.currentRefreshToken(grant.grantId),
      token_type: "bearer",
      expires_in: 60 * day,
      permissions: "instagram_business_basic,instagram_business_content_publish",
    });
    expect(body["access_token"]).not.toBe(grant.accessToken);
    expect((await renew(grant)).status).toBe(200);
    expect((await renew(grant, body["access_token"])).error).toMatchObject({ code: 100 });
    expect(await sandbox.control.counts()).toMatchObject({ refreshes: 2, refusals: 2, rotations: 0, replays: 0 });
  });

  test("an ended token cannot be renewed", async () => {
    const grant = await consentOf(60 * day);
    const { status, error } = await renew(grant);
    expect(status).toBe(400);
    expect(error).toMatchObject({ code: 190, error_subcode: 463, fbtrace_id: "A0000000001" });
  });

  test("the same text can live on: what it is worth is counted from the renewal", async () => {
    const grant = await consentOf(30 * day, { rotation: "never" });
    const { body } = await renew(grant);
    expect(body).toMatchObject({ access_token: grant.accessToken, expires_in: 60 * day });
    expect((await renew(grant)).error).toMatchObject({ code: 100 });
    await sandbox.control.advance(60 * day - 1);
    const me = `${sandbox.url}/instagram/v25.0/me`;
    expect((await get(me, { fields: "username" }, grant.accessToken)).body).toMatchObject({ username: "acme" });
    expect((await renew(grant)).body).toMatchObject({ access_token: grant.accessToken });
    await sandbox.control.advance(60 * day);
    expect((await renew(grant)).error).toMatchObject({ error_subcode: 463 });
    expect((await get(me, { fields: "username" }, grant.accessToken)).error).toMatchObject({ error_subcode: 463 });
  });

  test("sometimes the text changes, and the one before lives to its own end", async () => {
    const grant = await consentOf(day, { rotation: "sometimes", rotateEvery: 2 });
    expect((await renew(grant)).body["access_token"]).toBe(grant.accessToken);
    await sandbox.control.advance(day);
    const second = (await renew(grant)).body["access_token"];
    expect(second).not.toBe(grant.accessToken);
    // Renewed on the first day: it lives until the 61st.
    await sandbox.control.advance(58 * day);
    expect(await sandbox.control.isAlive(grant.grantId, grant.accessToken)).toBe(true);
    await sandbox.control.advance(day);
    expect(await sandbox.control.isAlive(grant.grantId, grant.accessToken)).toBe(false);
    expect(await sandbox.control.isAlive(grant.grantId, String(second))).toBe(true);
  });

  test("a young token can be answered with the life that it has left", async () => {
    const grant = await consentOf(3_600, { tooEarly: "remaining-life" });
    expect((await renew(grant)).body).toMatchObject({ access_token: grant.accessToken, expires_in: 60 * day - 3_600 });
    expect(await sandbox.control.isAlive(grant.grantId, grant.accessToken)).toBe(true);
    await sandbox.control.fault({ expiresIn: 5_127_758 });
    expect((await renew(grant)).body["expires_in"]).toBe(5_127_758);
  });

  test("words what is wrong as the Graph API does", async () => {
    const grant = await consentOf(day);
    const ask = async (query: Readonly<Record<string, string>>): Promise<unknown> =>
      (await get(grant.tokenUrl, query)).error?.["code"];
    expect(await ask({ grant_type: "refresh_token", access_token: grant.accessToken })).toBe(100);
    expect(await ask({ grant_type: "ig_refresh_token" })).toBe(100);
    expect(await ask({ grant_type: "ig_refresh_token", access_token: "IGnonsense" })).toBe(190);
    expect(JSON.parse((await send(grant.tokenUrl, { method: "POST" })).bytes.toString("utf8"))).toMatchObject({
      error: { message: "Unsupported request - method type: POST" },
    });
    await sandbox.control.fault({ refuse: { error: "190.460", description: "Changed.", status: 401 } });
    const faulty = await renew(grant);
    expect([faulty.status, faulty.error]).toEqual([
      401,
      { message: "Changed.", type: "OAuthException", code: 190, error_subcode: 460, fbtrace_id: "A0000000005" },
    ]);
    await sandbox.control.configure("instagram", { settings: { errorType: "IGApiException" } });
    await sandbox.control.revoke(grant.grantId);
    expect((await renew(grant)).error).toMatchObject({ code: 190, error_subcode: 458, type: "IGApiException" });
  });

  test("/me wants the basic permission, debug_token an app token of the same app", async () => {
    const grant = await consentOf(day);
    const base = `${sandbox.url}/instagram`;
    const me = await get(`${base}/me`, { fields: "user_id,username", access_token: grant.accessToken });
    expect(me.body).toEqual({
      user_id: expect.stringMatching(/^1784\d{13}$/),
      username: "acme",
      id: expect.any(String),
    });
    const narrow = await consentOf(0, { scopes: ["instagram_business_content_publish"] });
    expect((await get(`${base}/me`, {}, narrow.accessToken)).error).toMatchObject({ code: 10 });
    const debug = async (app: string): Promise<Answer> =>
      await get(`${base}/debug_token`, { input_token: grant.accessToken, access_token: app });
    await sandbox.control.setClient("instagram", "other", { secrets: ["secret"] });
    expect((await debug("other|secret")).error).toMatchObject({ code: 100 });
    expect((await debug(`${grant.clientId}|wrong`)).error).toMatchObject({ code: 100 });
    const app = `${grant.clientId}|${grant.clientSecret ?? ""}`;
    expect((await debug(app)).body).toMatchObject({
      data: { is_valid: true, user_id: me.body["user_id"], scopes: grant.scopes },
    });
    await sandbox.control.revoke(grant.grantId);
    expect((await debug(app)).body).toMatchObject({ data: { is_valid: false } });
  });
});

describe("Facebook Login", () => {
  test("extends a token of any age for a client that proves itself in the query", async () => {
    const grant = await sandbox.control.consent("instagram-facebook");
    const { status, body } = await extend(grant);
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: await sandbox.control.currentRefreshToken(grant.grantId),
      token_type: "bearer",
      expires_in: 60 * day,
    });
    expect((await extend(grant, { client_secret: "wrong" })).error).toMatchObject({ code: 101 });
    expect((await extend(grant, { client_id: "nobody" })).error).toMatchObject({ code: 101 });
    await sandbox.control.advance(60 * day);
    expect((await extend(grant)).error).toMatchObject({ code: 190, error_subcode: 463 });
  });

  test("a page token has no end that anybody states", async () => {
    const grant = await sandbox.control.consent("instagram-facebook", { settings: { endless: true } });
    expect((await extend(grant)).body).not.toHaveProperty("expires_in");
    const app = `${grant.clientId}|${grant.clientSecret ?? ""}`;
    const query = { input_token: grant.accessToken, access_token: app };
    expect((await get(`${sandbox.url}/instagram-facebook/debug_token`, query)).body).toMatchObject({
      data: { type: "PAGE", expires_at: 0, data_access_expires_at: Date.parse("2026-11-22") / 1_000 + 90 * day },
    });
  });

  test("DELETE of all permissions ends the grant", async () => {
    const grant = await sandbox.control.consent("instagram-facebook");
    const url = `${sandbox.url}/instagram-facebook/v25.0/me/permissions`;
    const headers = { authorization: `Bearer ${grant.accessToken}` };
    expect((await send(url, { headers })).status).toBe(400);
    expect((await send(url, { headers, method: "DELETE" })).status).toBe(200);
    expect((await extend(grant)).error).toMatchObject({ error_subcode: 458 });
  });
});

test("a platform of one's own name and policy", async () => {
  const own = instagramPlatform({ name: "insta", policy: { minimumAgeSeconds: 0 }, settings: { permissions: false } });
  await using other = await createSandbox({ platforms: [own] });
  const grant = await other.control.consent("insta");
  expect((await renew(grant)).body).not.toHaveProperty("permissions");
});
