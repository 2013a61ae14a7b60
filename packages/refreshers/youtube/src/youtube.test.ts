import { createHttpClient, secret, type Client, type Exchanged, type Grant, type Refused } from "@tokenward/core";
import { createSandbox, type Consent, type ConsentOptions, type Sandbox } from "@tokenward/sandbox";
import { testIO } from "@tokenward/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { youtubeDialect } from "./dialect.ts";
import youtubePlugin, { youtube } from "./index.ts";

const http = createHttpClient({ env: {} });
let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await createSandbox();
});
afterEach(async () => await sandbox.close());

interface Connected {
  readonly consent: Consent;
  readonly grant: Grant;
  readonly client: Client;
}

async function connect(options: ConsentOptions = {}): Promise<Connected> {
  const consent = await sandbox.control.consent("youtube", options);
  const grant: Grant = {
    id: "youtube",
    platform: "youtube",
    accessToken: secret(consent.accessToken),
    refreshToken: secret(consent.refreshToken),
  };
  return { consent, grant, client: { id: consent.clientId, secrets: [secret(consent.clientSecret ?? "")] } };
}

function local(): ReturnType<typeof youtube> {
  const tokenUrl = sandbox.tokenUrl("youtube");
  return youtube({
    token_url: tokenUrl,
    tokeninfo_url: new URL("tokeninfo", tokenUrl).href,
    revoke_url: new URL("revoke", tokenUrl).href,
  });
}

async function mint({ grant, client }: Pick<Connected, "grant" | "client">): Promise<Exchanged | Refused> {
  const refresher = local();
  const answer = await http.send(await refresher.request!(grant, client));
  return refresher.interpret!(answer, grant, answer.receivedAt);
}

describe("minting, over HTTP", () => {
  test("proves the refresh token, which stays", async () => {
    const connected = await connect();
    const result = (await mint(connected)) as Exchanged;
    expect(result).toMatchObject({ kind: "exchanged", malformed: undefined, scopes: connected.consent.scopes });
    expect(result.accessToken?.reveal()).toMatch(/^ya29\./);
    expect([result.refreshToken, result.refreshTokenExpiresAt]).toEqual([undefined, undefined]);
    expect(await mint(connected)).toMatchObject({ kind: "exchanged" });
  });

  test("keeps the end that Google states for a project in Testing", async () => {
    await sandbox.control.configure("youtube", { settings: { testing: true } });
    const connected = await connect({ refreshLifetimeSeconds: 604_800, refreshEnd: "fixed" });
    const result = (await mint(connected)) as Exchanged;
    const days = ((result.refreshTokenExpiresAt?.getTime() ?? 0) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(6.9);
    expect(days).toBeLessThanOrEqual(7);
  });

  test("a revoked grant", async () => {
    const connected = await connect();
    await sandbox.control.revoke(connected.consent.grantId);
    expect(await mint(connected)).toMatchObject({ kind: "refused", class: "reauth", error: "invalid_grant" });
  });

  test.each([
    ["invalid_grant", "invalid_rapt", "reauth", "session control"],
    ["invalid_grant", "rapt_required", "reauth", "session control"],
    ["invalid_grant", undefined, "reauth", "myaccount.google.com"],
    ["admin_policy_enforced", undefined, "reauth", "Admin console"],
    ["deleted_client", undefined, "client", "was deleted"],
    ["disabled_client", undefined, "client", "disabled"],
    ["invalid_client", undefined, "client", "secret is wrong"],
    ["unauthorized_client", undefined, "client", "another client"],
    ["org_internal", undefined, "client", "organisation"],
    ["invalid_request", undefined, "client", "client_id"],
    ["invalid_scope", undefined, "client", "scope"],
  ] as const)("%s (%s) is %s, and says what a human has to do", async (error, subtype, failure, hint) => {
    const connected = await connect();
    await sandbox.control.fault({ refuse: { error, ...(subtype === undefined ? {} : { subtype }) } });
    const refused = (await mint(connected)) as Refused;
    expect(refused).toMatchObject({ kind: "refused", class: failure, error });
    expect(refused.detail).toContain(hint);
  });

  test("each way to die has its own sentence", () => {
    const sentences = Object.values(youtubeDialect.sentences ?? {});
    expect(new Set(sentences).size).toBe(sentences.length);
    for (const sentence of sentences) expect(sentence).toMatch(/^[a-zG].*[^.]$/);
  });

  test.each([
    [{ status: 429, body: "<html>Sorry</html>" }, "throttled"],
    [{ status: 500, body: { error: "internal_failure" } }, "transient"],
    [{ status: 502, body: "<html>Error 502</html>" }, "in-doubt"],
  ] as const)("%j is %s", async (answer, failure) => {
    const connected = await connect();
    await sandbox.control.fault({ answer });
    expect(await mint(connected)).toMatchObject({ kind: "refused", class: failure });
  });

  test("half an answer is enough: no refresh token can be lost in it", async () => {
    const connected = await connect();
    await sandbox.control.fault({ rewrite: { body: '{"access_token":"{{access_token}}","expires_in":35' } });
    expect(await mint(connected)).toMatchObject({ kind: "exchanged", malformed: "it is not valid JSON" });
  });
});

describe("verify and revoke, over HTTP", () => {
  test("tokeninfo says for whom, until when, and with which scopes", async () => {
    const { consent, grant, client } = await connect();
    const found = await local().verify!(grant, client, secret(consent.accessToken), testIO());
    expect(found).toMatchObject({ works: true, subject: expect.any(String), scopes: consent.scopes });
    expect(found.accessTokenExpiresAt?.getTime()).toBeGreaterThan(Date.now());
    expect(await sandbox.control.counts()).toMatchObject({ tokenRequests: 0 });
  });

  test("a dead access token says nothing about the grant", async () => {
    const { grant, client } = await connect();
    const found = await local().verify!(grant, client, secret("ya29.nonsense"), testIO());
    expect([found.works, found.class]).toEqual([false, undefined]);
  });

  test("revocation takes the refresh token, and is done when there is nothing left", async () => {
    const { consent, grant, client } = await connect();
    const { revocation } = local();
    expect(revocation!.interpret(await http.send(revocation!.request(grant, client)))).toEqual({ kind: "revoked" });
    expect(await sandbox.control.isAlive(consent.grantId, consent.refreshToken)).toBe(false);
    const gone: Grant = { ...grant, refreshToken: secret("1//0nonsense") };
    expect(revocation!.interpret(await http.send(revocation!.request(gone, client)))).toEqual({ kind: "revoked" });
    expect(revocation!.reach).toContain("project");
  });
});

describe("as data", () => {
  const now = new Date("2026-11-22T12:00:00Z");
  const day = 86_400_000;
  const refresher = youtube();
  const policy = { traits: refresher.traits, refreshAt: 0.8 };
  const stored: Grant = { id: "youtube", platform: "youtube", refreshToken: secret("1//0stored1") };

  test("every run is a health check", () => {
    expect(refresher.assess(stored, now, policy)).toMatchObject({ verdict: "due", would: "health-check" });
  });

  test("the end of a grant in Testing is announced, and explained", () => {
    const end = new Date(now.getTime() + 5 * day);
    const testing = { ...stored, consentedAt: new Date(end.getTime() - 7 * day), refreshTokenExpiresAt: end };
    const soon = refresher.assess(testing, now, policy);
    expect(soon).toMatchObject({ verdict: "due", alert: true, reauthBy: end });
    expect(soon.reason).toContain("Testing");
    const over = refresher.assess(testing, end, policy);
    expect(over).toMatchObject({ verdict: "reauth-required" });
    expect(over.reason).toMatch(/^its refresh token ended on 2026-11-27 \(Google ends grants after 7 days .*Testing/);
  });

  test("a time-limited consent is another story", () => {
    const end = new Date(now.getTime() - day);
    const limited = { ...stored, consentedAt: new Date(end.getTime() - 180 * day), refreshTokenExpiresAt: end };
    expect(refresher.assess(limited, now, policy).reason).toContain("limited time");
    const far = { ...limited, refreshTokenExpiresAt: new Date(now.getTime() + 90 * day) };
    expect(refresher.assess(far, now, policy).alert).toBeUndefined();
  });

  test("short and full scope names are the same", () => {
    expect(refresher.scopeAliases?.["youtube.upload"]).toBe("https://www.googleapis.com/auth/youtube.upload");
  });

  test("the consent asks for a refresh token, also the second time", () => {
    expect(refresher.authorization?.parameters).toEqual({ access_type: "offline", prompt: "consent" });
    expect(youtubePlugin).toBe(youtube);
  });
});
