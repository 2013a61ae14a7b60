import { createHttpClient, secret, type Client, type Exchanged, type Grant, type Refused } from "@tokenward/core";
import { createSandbox, type Consent, type ConsentOptions, type Sandbox } from "@tokenward/sandbox";
import { testIO } from "@tokenward/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { instagram, type InstagramOptions } from "./index.ts";

const daySeconds = 86_400;
const dayMs = daySeconds * 1_000;
const http = createHttpClient({ env: {} });
let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await createSandbox({ clock: { start: new Date(Date.now() - 2 * dayMs) } });
});
afterEach(async () => await sandbox.close());

interface Connected {
  readonly consent: Consent;
  readonly grant: Grant;
  readonly client: Client;
  readonly refresher: ReturnType<typeof instagram>;
}

/** A consent of two days ago, so that it is old enough. */
async function connect(options: ConsentOptions = {}, more: InstagramOptions = {}): Promise<Connected> {
  const platform = more.login === "facebook" ? "instagram-facebook" : "instagram";
  const consent = await sandbox.control.consent(platform, options);
  await sandbox.control.advance(2 * daySeconds);
  const base = `${sandbox.url}/${platform}`;
  const refresher = instagram({
    token_url: consent.tokenUrl,
    me_url: `${base}/v25.0/me`,
    debug_token_url: `${base}/debug_token`,
    ...(more.login === "facebook" ? { revoke_url: `${base}/v25.0/me/permissions` } : {}),
    ...more,
  });
  const grant: Grant = { id: "instagram", platform: "instagram", accessToken: secret(consent.accessToken) };
  const client = { id: consent.clientId, secrets: [secret(consent.clientSecret ?? "")] };
  return { consent, grant, client, refresher };
}

async function renew({ refresher, client }: Connected, grant: Grant): Promise<Exchanged | Refused> {
  const answer = await http.send(await refresher.request!(grant, client));
  return refresher.interpret!(answer, grant, answer.receivedAt);
}

function exchanged(result: Exchanged | Refused): Exchanged {
  if (result.kind === "refused") throw new Error(`refused: ${result.class}: ${result.detail}`);
  return result;
}

function secondsLeft(end: Date | undefined): number {
  return Math.round(((end?.getTime() ?? 0) - Date.now()) / 1_000);
}

describe("renewal with Instagram Login, over HTTP", () => {
  test("renews in place, obeys expires_in, and reads permissions as scopes", async () => {
    const connected = await connect();
    await sandbox.control.fault({ expiresIn: 5_127_758 });
    const first = exchanged(await renew(connected, connected.grant));
    expect(first.malformed).toBeUndefined();
    expect(first.accessToken?.reveal()).toBe(await sandbox.control.currentRefreshToken(connected.consent.grantId));
    expect(first.accessToken?.reveal()).not.toBe(connected.consent.accessToken);
    expect([first.refreshToken, first.refreshTokenExpiresAt]).toEqual([undefined, undefined]);
    expect(first.scopes).toEqual(connected.consent.scopes);
    expect(Math.abs(secondsLeft(first.accessTokenExpiresAt) - 5_127_758)).toBeLessThan(60);
  });

  test("sends the token and nothing of the app", async () => {
    const { grant, client, refresher } = await connect();
    const request = await refresher.request!(grant, client);
    expect([request.method, request.basic, request.body]).toEqual(["GET", undefined, undefined]);
    expect(Object.keys(request.query ?? {}).toSorted()).toEqual(["access_token", "grant_type"]);
    expect(request.url).not.toContain(grant.accessToken!.reveal());
    expect(JSON.stringify(request)).not.toContain(grant.accessToken!.reveal());
  });

  test("the same text again is a success", async () => {
    const connected = await connect({ rotation: "never" });
    const renewed = exchanged(await renew(connected, connected.grant));
    expect(renewed.accessToken?.reveal()).toBe(connected.consent.accessToken);
    expect(Math.abs(secondsLeft(renewed.accessTokenExpiresAt) - 60 * daySeconds)).toBeLessThan(60);
    expect(renewed.malformed).toBeUndefined();
  });

  test("an answer without permissions changes no scopes", async () => {
    const connected = await connect({ settings: { permissions: false } });
    expect(exchanged(await renew(connected, connected.grant)).scopes).toBeUndefined();
  });

  test("an ended token, an app that was removed, and nonsense need a human", async () => {
    const connected = await connect();
    await sandbox.control.revoke(connected.consent.grantId);
    const removed = (await renew(connected, connected.grant)) as Refused;
    expect(removed).toMatchObject({ kind: "refused", class: "reauth", error: "190.458" });
    expect(removed.detail).toContain("removed the app");
    expect(removed.reference).toMatch(/^A\d{10}$/);
    const nonsense = { ...connected.grant, accessToken: secret("IGnonsense-token") };
    expect(await renew(connected, nonsense)).toMatchObject({ class: "reauth", error: "190" });
    await sandbox.control.advance(60 * daySeconds);
    const other = await connect();
    await sandbox.control.advance(60 * daySeconds);
    expect(await renew(other, other.grant)).toMatchObject({ class: "reauth", error: "190.463" });
  });

  test("a refusal of a token that is known to be young is too early, not a mistake", async () => {
    const connected = await connect({ minimumAgeSeconds: 10 * daySeconds });
    const now = Date.now();
    const refused = await renew(connected, { ...connected.grant, rotatedAt: new Date(now - 24.5 * 3_600_000) });
    expect(refused).toMatchObject({ kind: "refused", class: "too-early", error: "100" });
    const byEnd = { ...connected.grant, accessTokenExpiresAt: new Date(now + 59.5 * dayMs) };
    expect(await renew(connected, byEnd)).toMatchObject({ class: "too-early" });
    const old = { ...connected.grant, rotatedAt: new Date(now - 2 * dayMs) };
    expect(await renew(connected, old)).toMatchObject({ class: "client" });
    const unknown = (await renew(connected, connected.grant)) as Refused;
    expect(unknown.class).toBe("client");
    expect(unknown.detail).toContain("24 hours");
  });

  test("a young token may also be answered with the life that it has left", async () => {
    const connected = await connect({ tooEarly: "remaining-life", minimumAgeSeconds: 10 * daySeconds });
    const renewed = exchanged(await renew(connected, connected.grant));
    expect(Math.abs(secondsLeft(renewed.accessTokenExpiresAt) - 58 * daySeconds)).toBeLessThan(60);
  });

  test.each([
    ["1", "transient", "explain"],
    ["2", "transient", "down"],
    ["4", "throttled", "calls"],
    ["10", "scopes", "instagram_business_basic"],
    ["17", "throttled", "account"],
    ["32", "throttled", "page"],
    ["100", "client", "another product"],
    ["101", "client", "secret"],
    ["102", "reauth", "login"],
    ["190", "reauth", "accept"],
    ["190.458", "reauth", "removed the app"],
    ["190.459", "reauth", "log in"],
    ["190.460", "reauth", "password"],
    ["190.463", "reauth", "ended"],
    ["190.464", "reauth", "confirm"],
    ["190.467", "reauth", "withdrawn"],
    ["190.492", "reauth", "role"],
    ["190.999", "reauth", "accept"],
    ["200", "scopes", "permission"],
    ["294", "scopes", "permission"],
    ["341", "throttled", "limit"],
    ["368", "throttled", "policies"],
    ["613", "throttled", "calls"],
  ] as const)("%s is %s, and says what it means", async (error, failure, hint) => {
    const connected = await connect();
    await sandbox.control.fault({ refuse: { error } });
    const refused = (await renew(connected, connected.grant)) as Refused;
    expect(refused).toMatchObject({ kind: "refused", class: failure, error });
    expect(refused.detail).toContain(hint);
  });

  test.each([
    [{ status: 429, body: "" }, "throttled"],
    [{ status: 503, retryAfter: 3 }, "transient"],
    [{ status: 502, body: "<html>Bad Gateway</html>" }, "in-doubt"],
    [{ status: 200, body: "" }, "in-doubt"],
    [{ status: 500, body: { error: { code: 999, is_transient: true, fbtrace_id: "x" } } }, "transient"],
  ] as const)("%j is %s", async (answer, failure) => {
    const connected = await connect();
    await sandbox.control.fault({ answer });
    expect(await renew(connected, connected.grant)).toMatchObject({ kind: "refused", class: failure });
  });
});

describe("renewal with Facebook Login, over HTTP", () => {
  test("names the app in the query, at any age", async () => {
    const connected = await connect({}, { login: "facebook" });
    const request = await connected.refresher.request!(connected.grant, connected.client);
    expect(Object.keys(request.query ?? {}).toSorted()).toEqual([
      "client_id",
      "client_secret",
      "fb_exchange_token",
      "grant_type",
    ]);
    expect(exchanged(await renew(connected, connected.grant)).accessToken?.reveal()).toMatch(/^EAA/);
    const fresh = await sandbox.control.consent("instagram-facebook");
    expect(await renew(connected, { ...connected.grant, accessToken: secret(fresh.accessToken) })).toMatchObject({
      kind: "exchanged",
    });
    expect(connected.refresher.client).toBe("confidential");
  });

  test("a wrong secret is the client's", async () => {
    const connected = await connect({}, { login: "facebook" });
    const wrong = { ...connected, client: { ...connected.client, secrets: [secret("wrong-secret-1")] } };
    expect(await renew(wrong, connected.grant)).toMatchObject({ class: "client", error: "101" });
    const none = { ...connected, client: { ...connected.client, secrets: [] } };
    await expect(renew(none, connected.grant)).rejects.toMatchObject({ code: "ERR_AUTH_REQUEST_INVALID" });
  });

  test("a page token has no end that is known", async () => {
    const connected = await connect({ settings: { endless: true } }, { login: "facebook" });
    const renewed = exchanged(await renew(connected, connected.grant));
    expect([renewed.accessTokenExpiresAt, renewed.malformed]).toEqual([undefined, undefined]);
  });

  test("revocation takes the permissions away; only a removed app counts as done already", async () => {
    const { consent, grant, client, refresher } = await connect({}, { login: "facebook" });
    const { revocation } = refresher;
    const end = async (of: Grant): Promise<unknown> =>
      revocation!.interpret(await http.send(revocation!.request(of, client)));
    expect(await end({ ...grant, accessToken: secret("EAAnonsense-token") })).toMatchObject({
      kind: "refused",
      class: "reauth",
    });
    expect(await end(grant)).toEqual({ kind: "revoked" });
    expect(await sandbox.control.isAlive(consent.grantId, consent.accessToken)).toBe(false);
    expect(() => revocation!.request({ ...grant, accessToken: undefined }, client)).toThrow("none is stored");
    expect(instagram().revocation).toBeUndefined();
  });
});

describe("verify, over HTTP", () => {
  async function verified(connected: Connected, token: string = connected.consent.accessToken): Promise<unknown> {
    return await connected.refresher.verify!(connected.grant, connected.client, secret(token), testIO());
  }

  test("names the account, keeps the token out of the address, and spends nothing", async () => {
    const connected = await connect();
    expect(await verified(connected)).toEqual({ works: true, subject: expect.stringMatching(/^1784\d+$/) });
    expect(await sandbox.control.counts()).toMatchObject({ tokenRequests: 0, requests: 1 });
  });

  test("debug_token fills in scopes, the end, and the end of data access", async () => {
    await sandbox.control.setClient("instagram", "sandbox-instagram", { secrets: ["app-secret"] });
    const app_token = secret("sandbox-instagram|app-secret");
    const connected = await connect({}, { app_token });
    const found = await connected.refresher.verify!(
      connected.grant,
      connected.client,
      secret(connected.consent.accessToken),
      testIO(),
    );
    expect(found).toMatchObject({ works: true, scopes: connected.consent.scopes });
    expect(Math.abs(secondsLeft(found.accessTokenExpiresAt) - 58 * daySeconds)).toBeLessThan(60);
    const dataEnds = new Date(found.attributes?.["data_access_expires_at"] ?? "");
    expect(Math.abs(secondsLeft(dataEnds) - 88 * daySeconds)).toBeLessThan(60);
  });

  test("Facebook Login makes the app token of the client; a page token has no end", async () => {
    const connected = await connect({ settings: { endless: true } }, { login: "facebook" });
    const found = await verified(connected);
    expect(found).toMatchObject({ works: true, scopes: connected.consent.scopes, accessTokenExpiresAt: undefined });
  });

  test("an answer of debug_token that cannot be used changes nothing", async () => {
    const connected = await connect({}, { app_token: secret("another-app|app-secret") });
    const refused = await verified(connected);
    expect(refused).toMatchObject({ works: true, subject: expect.any(String) });
    expect(refused).not.toHaveProperty("scopes");
    await sandbox.control.fault({ match: { path: "/debug_token" }, drop: "before" });
    expect(await verified(connected)).toMatchObject({ works: true, detail: expect.stringContaining("debug_token") });
  });

  test("says why a token does not work", async () => {
    const connected = await connect();
    expect(await verified(connected, "IGnonsense-token")).toMatchObject({ works: false, class: "reauth" });
    const narrow = await connect({ scopes: ["instagram_business_content_publish"] });
    expect(await verified(narrow)).toMatchObject({ works: false, class: "scopes" });
    await sandbox.control.fault({ answer: { status: 500, body: "<html></html>" } });
    expect(await verified(connected)).toMatchObject({ works: false, class: "transient" });
    await sandbox.control.fault({ answer: { status: 429, body: "" } });
    expect(await verified(connected)).toMatchObject({ works: false, class: "throttled" });
  });
});
