import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Consent } from "../control.ts";
import { createSandbox, type Sandbox } from "../create.ts";
import { exchange, send, type Received } from "../exchange.fixture.ts";
import { podiumPlatform } from "./podium.ts";

let sandbox: Sandbox;
let grant: Consent;
beforeEach(async () => {
  sandbox = await createSandbox({
    platforms: [podiumPlatform()],
    clock: { start: new Date("2026-11-22T00:00:15Z"), frozen: true },
  });
  grant = await sandbox.control.consent("podium", { account: "acme-rv" });
});
afterEach(async () => await sandbox.close());

const json = ({ bytes }: Received): Record<string, unknown> => JSON.parse(bytes.toString("utf8"));

async function asJson(fields: Readonly<Record<string, string>> = {}): Promise<Received> {
  const body = {
    grant_type: "refresh_token",
    client_id: grant.clientId,
    client_secret: grant.clientSecret,
    refresh_token: grant.refreshToken,
    ...fields,
  };
  return await send(grant.tokenUrl, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

async function get(path: string, token: string = grant.accessToken): Promise<Received> {
  const headers = { authorization: `Bearer ${token}` };
  return await send(`${sandbox.url}/podium${path}`, { headers });
}

describe("the token endpoint", () => {
  test("takes JSON and form, and tells the end twice but no scope", async () => {
    const first = await asJson();
    expect(first.status).toBe(200);
    const body = json(first);
    expect(Object.keys(body).toSorted()).toEqual([
      "access_token",
      "expires_at",
      "expires_in",
      "refresh_token",
      "token_type",
    ]);
    expect(body).toMatchObject({ expires_in: 36_000, expires_at: Date.parse("2026-11-22T10:00:15Z") / 1_000 });
    const payload = String(body["access_token"]).split(".")[1] ?? "";
    expect(JSON.parse(Buffer.from(payload, "base64url").toString("utf8"))).toMatchObject({ exp: body["expires_at"] });

    const second = await exchange(grant, String(body["refresh_token"]));
    expect(second.status).toBe(200);
    expect(await sandbox.control.counts()).toMatchObject({ rotations: 2, replays: 0 });
    const asText = await send(grant.tokenUrl, { method: "POST", body: "{}" });
    expect(asText.status).toBe(400);
    expect((await get("/oauth/token")).status).toBe(400);
  });

  test("revokes the family of a replayed token, or keeps one token for ever", async () => {
    await asJson();
    const replay = await asJson();
    expect(replay.status).toBe(401);
    expect(json(replay)).toMatchObject({ error: "invalid_grant" });
    expect((await sandbox.control.grant(grant.grantId)).revoked).toBe("replay");

    grant = await sandbox.control.consent("podium", { rotation: "never", repeatUnchangedToken: false });
    expect(json(await asJson())).not.toHaveProperty("refresh_token");
    expect((await asJson()).status).toBe(200);
  });

  test("changes every n-th refresh token, and forgives where it is told to", async () => {
    grant = await sandbox.control.consent("podium", { rotation: "sometimes", rotateEvery: 2, reuse: "retry-safe" });
    expect(json(await asJson())["refresh_token"]).toBe(grant.refreshToken);
    expect(json(await asJson())["refresh_token"]).not.toBe(grant.refreshToken);
    expect((await asJson()).status).toBe(200);
    expect(await sandbox.control.counts()).toMatchObject({ rotations: 1, refreshes: 2, forgiven: 1, replays: 0 });
  });

  test("is dead after 90 days without an exchange", async () => {
    await sandbox.control.advance(91 * 86_400);
    expect((await asJson()).status).toBe(401);
  });

  test.each([
    ["epoch-milliseconds", Date.parse("2026-11-22T10:00:15Z")],
    ["rfc3339", "2026-11-22T10:00:15.000Z"],
    ["absent", undefined],
  ] as const)("writes its end as %s", async (expiresAt, expected) => {
    await sandbox.control.configure("podium", { settings: { expiresAt, statesExpiresIn: false, statesScope: true } });
    const body = json(await asJson());
    expect(body["expires_at"]).toBe(expected);
    expect(body).not.toHaveProperty("expires_in");
    expect(body["scope"]).toContain("read_contacts write_contacts");
  });

  test("leaves out the refresh token, and the JWT, where it is told to", async () => {
    await sandbox.control.configure("podium", { settings: { omitsRefreshToken: true, accessTokens: "opaque" } });
    const body = json(await asJson());
    expect(body).not.toHaveProperty("refresh_token");
    expect((await get("/v4/webhooks", String(body["access_token"]))).status).toBe(200);
  });

  test("words refusals as RFC 6749, or as its resources", async () => {
    expect(json(await asJson({ client_secret: "wrong" }))).toMatchObject({ error: "invalid_client" });
    await sandbox.control.configure("podium", { settings: { refusals: "podium", refusalStatus: 400 } });
    const dead = await asJson({ refresh_token: "prt_unknown" });
    expect(dead.status).toBe(400);
    expect(json(dead)).toMatchObject({ code: "unauthorized", moreInfo: expect.stringContaining("#unauthorized") });
    await sandbox.control.configure("podium", { settings: { refusals: "podium", codes: "integer" } });
    expect(json(await asJson({ client_secret: "wrong" }))).toMatchObject({ code: 400 });
  });
});

describe("the API", () => {
  test("lists webhooks to every living token, with limits in the headers", async () => {
    const listed = await get("/v4/webhooks", String(json(await asJson())["access_token"]));
    expect(listed.status).toBe(200);
    expect(json(listed)).toMatchObject({ data: [{ secret: expect.stringContaining("signing-") }] });
    expect(listed.headers).toMatchObject({
      "ratelimit-limit": "300",
      "ratelimit-reset": "45",
      "x-ratelimit-reset": String(Date.parse("2026-11-22T00:01:00Z") / 1_000),
    });
  });

  test("wants a token that is alive, and the scope", async () => {
    const missing = await get("/v4/webhooks", "nonsense");
    expect(missing.status).toBe(401);
    expect(json(missing)).toMatchObject({ code: "unauthenticated" });
    expect(missing.headers["ratelimit-remaining"]).toBeDefined();
    expect((await send(`${sandbox.url}/podium/v4/webhooks`)).status).toBe(401);
    const narrow = await sandbox.control.consent("podium", { scopes: ["read_contacts"] });
    expect((await get("/v4/locations", narrow.accessToken)).status).toBe(403);
    expect((await get("/v4/webhooks", narrow.accessToken)).status).toBe(200);
    await sandbox.control.advance(36_001);
    expect(json(await get("/v4/webhooks"))).toMatchObject({ code: "unauthorized", message: "ID token expired" });
  });

  test("gives locations page by page, ten at a time", async () => {
    const first = json(await get("/v4/locations"));
    expect(first["data"]).toHaveLength(10);
    expect(first).not.toHaveProperty("locations");
    const { nextCursor } = first["metadata"] as { nextCursor: string };
    const second = json(await get(`/v4/locations?cursor=${nextCursor}&limit=99`));
    expect(second["data"]).toHaveLength(2);
    expect(second["metadata"]).toMatchObject({ nextCursor: null, totalItems: 12 });
    const uids = [...(first["data"] as { uid: string }[]), ...(second["data"] as { uid: string }[])];
    expect(new Set(uids.map(({ uid }) => uid)).size).toBe(12);
    expect(uids[0]?.uid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(json(await get("/v4/locations?limit=1"))["data"]).toHaveLength(1);
    expect(json(await get("/v4/locations?cursor=stale"))).toMatchObject({ code: "invalid_cursor" });
    expect((await get("/v4/locations?limit=101")).status).toBe(400);
  });

  test("has no /v4/me", async () => {
    const me = await get("/v4/me");
    expect(me.status).toBe(404);
    expect(json(me)).toMatchObject({ code: "route_not_found" });
  });
});
