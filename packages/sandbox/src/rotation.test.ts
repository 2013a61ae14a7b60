import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createSandbox, type Sandbox } from "./create.ts";
import { exchange, send } from "./exchange.fixture.ts";
import { fingerprint } from "./tokens.ts";

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await createSandbox({ clock: { start: new Date("2026-11-22T00:00:00Z"), frozen: true }, seed: 7 });
});
afterEach(async () => await sandbox.close());

describe("rotation", () => {
  test("spends the presented token and makes its successor the living one", async () => {
    const { control } = sandbox;
    const grant = await control.consent("oauth2");
    const first = await exchange(grant);
    const successor = String(first.body["refresh_token"]);
    expect(successor).not.toBe(grant.refreshToken);
    expect(await control.currentRefreshToken(grant.grantId)).toBe(successor);
    expect(await control.isAlive(grant.grantId, successor)).toBe(true);
    expect(await control.isAlive(grant.grantId, grant.refreshToken)).toBe(false);
    expect(await control.isAlive(grant.grantId, grant.accessToken)).toBe(false);
    expect(await control.counts({ grant: grant.grantId })).toMatchObject({ rotations: 1, replays: 0, revocations: 0 });
    const { entries } = await control.ledger();
    expect(entries).toEqual([
      expect.objectContaining({
        n: 1,
        at: "2026-11-22T00:00:00.000Z",
        grant: grant.grantId,
        fingerprint: fingerprint(grant.refreshToken),
        issued: fingerprint(successor),
        presented: "current",
        outcome: "rotated",
        delivery: "answered",
      }),
    ]);
    expect(JSON.stringify(entries)).not.toContain(grant.refreshToken);
  });

  test("a replay on a strict grant kills the whole family, access tokens included", async () => {
    const { control } = sandbox;
    const grant = await control.consent("oauth2");
    const { body } = await exchange(grant);
    const replay = await exchange(grant);
    expect(replay.status).toBe(400);
    expect(replay.body["error"]).toBe("invalid_grant");
    expect(await control.isAlive(grant.grantId, String(body["refresh_token"]))).toBe(false);
    expect((await control.grant(grant.grantId)).revoked).toBe("replay");
    expect((await userinfo(String(body["access_token"]))).status).toBe(401);
    await exchange(grant);
    expect(await control.counts()).toMatchObject({ rotations: 1, replays: 2, revocations: 1, refusals: 2 });
  });

  test("one family's replay does not touch another of the same client", async () => {
    const { control } = sandbox;
    const [one, two] = await control.consentMany("oauth2", 2);
    if (one === undefined || two === undefined) throw new Error("two were asked for");
    await exchange(one);
    await exchange(one);
    expect(one.clientId).toBe(two.clientId);
    expect((await exchange(two)).status).toBe(200);
  });

  test("within grace the successor is given again; after it, reuse is a replay", async () => {
    const { control } = sandbox;
    const grant = await control.consent("oauth2", { reuse: { graceSeconds: 60 } });
    const first = await exchange(grant);
    await control.advance(60);
    expect(await control.isAlive(grant.grantId, grant.refreshToken)).toBe(true);
    const again = await exchange(grant);
    expect(again.body["refresh_token"]).toBe(first.body["refresh_token"]);
    expect(again.body["access_token"]).not.toBe(first.body["access_token"]);
    await control.advance(1);
    expect(await control.isAlive(grant.grantId, grant.refreshToken)).toBe(false);
    expect((await exchange(grant)).status).toBe(400);
    expect(await control.counts()).toMatchObject({
      rotations: 1,
      refreshes: 1,
      forgiven: 1,
      replays: 1,
      revocations: 1,
    });
  });

  test("grace can also give a new successor, and the lost one is spent then", async () => {
    const grace = { reuse: { graceSeconds: 60 }, forgivenReceives: "new-successor" } as const;
    const grant = await sandbox.control.consent("oauth2", grace);
    const first = await exchange(grant);
    const second = await exchange(grant);
    expect(second.body["refresh_token"]).not.toBe(first.body["refresh_token"]);
    await sandbox.control.advance(61);
    expect((await exchange(grant, String(first.body["refresh_token"]))).status).toBe(400);
    expect((await sandbox.control.counts()).replays).toBe(1);
  });

  test("retry-safe forgives for ever", async () => {
    const grant = await sandbox.control.consent("oauth2", { reuse: "retry-safe" });
    await exchange(grant);
    await sandbox.control.advance(86_400);
    expect((await exchange(grant)).status).toBe(200);
    expect(await sandbox.control.counts()).toMatchObject({ forgiven: 1, replays: 0, revocations: 0 });
  });

  test("sometimes: the token changes with every second exchange only", async () => {
    const grant = await sandbox.control.consent("oauth2", { rotation: "sometimes" });
    const first = await exchange(grant);
    expect(first.body["refresh_token"]).toBe(grant.refreshToken);
    const second = await exchange(grant);
    expect(second.body["refresh_token"]).not.toBe(grant.refreshToken);
    expect(await sandbox.control.counts()).toMatchObject({ refreshes: 1, rotations: 1 });
  });

  test("never: the same token for ever, and it can be left out of answers", async () => {
    const never = { rotation: "never", repeatUnchangedToken: false } as const;
    const grant = await sandbox.control.consent("oauth2", never);
    for (let count = 0; count < 3; count += 1) {
      const { status, body } = await exchange(grant);
      expect(status).toBe(200);
      expect(body).not.toHaveProperty("refresh_token");
    }
  });
});

describe("time", () => {
  test("an access token dies at its end, and the Date header follows the clock", async () => {
    const { control } = sandbox;
    const grant = await control.consent("oauth2", { accessLifetimeSeconds: 60 });
    await control.advance(59);
    expect((await userinfo(grant.accessToken)).status).toBe(200);
    await control.advance(1);
    const dead = await userinfo(grant.accessToken);
    expect(dead.status).toBe(401);
    expect(dead.headers.date).toBe("Sun, 22 Nov 2026 00:01:00 GMT");
    expect((await control.now()).toISOString()).toBe("2026-11-22T00:01:00.000Z");
    await expect(control.advance(-1)).rejects.toThrow("forward");
  });

  test("a fixed refresh end stands, a sliding one moves with every exchange", async () => {
    const { control } = sandbox;
    const standing = await control.consent("tiktok", { refreshLifetimeSeconds: 100 });
    const sliding = await control.consent("tiktok", { refreshLifetimeSeconds: 100, refreshEnd: "sliding" });
    await control.advance(40);
    const first = await exchange(standing);
    const second = await exchange(sliding);
    expect(first.body["refresh_expires_in"]).toBe(60);
    expect(second.body["refresh_expires_in"]).toBe(100);
    await control.advance(60);
    expect((await exchange(standing, String(first.body["refresh_token"]))).body["error"]).toBe("invalid_grant");
    expect((await exchange(sliding, String(second.body["refresh_token"]))).body["error"]).toBeUndefined();
    expect(await control.counts()).toMatchObject({ replays: 0, revocations: 0 });
  });

  test("without an end nothing is stated and nothing ends", async () => {
    const grant = await sandbox.control.consent("oauth2", { refreshLifetimeSeconds: null });
    expect(grant.refreshExpiresIn).toBeUndefined();
    await sandbox.control.advance(10 * 365 * 86_400);
    const { status, body } = await exchange(grant);
    expect(status).toBe(200);
    expect(body).not.toHaveProperty("refresh_token_expires_in");
  });
});

describe("consent", () => {
  test("a re-grant is a new family of the same account and client; the old one lives unless it is ended", async () => {
    const { control } = sandbox;
    const grant = await control.consent("tiktok", { account: "brand-a" });
    const anew = await control.regrant(grant.grantId, { scopes: ["user.info.basic"] });
    expect(anew).toMatchObject({ account: "brand-a", clientId: grant.clientId, scope: "user.info.basic" });
    expect(await control.isAlive(grant.grantId, grant.refreshToken)).toBe(true);
    await control.regrant(grant.grantId, { revokeOld: true });
    expect(await control.isAlive(grant.grantId, grant.refreshToken)).toBe(false);
    expect((await exchange(anew)).body["scope"]).toBe("user.info.basic");
  });

  test("scopes can shrink, and be left out of answers", async () => {
    const { control } = sandbox;
    const grant = await control.consent("oauth2", { reuse: "retry-safe" });
    await control.setScopes(grant.grantId, ["contacts.read"]);
    const shrunk = await exchange(grant);
    expect(shrunk.body["scope"]).toBe("contacts.read");
    expect((await userinfo(String(shrunk.body["access_token"]))).status).toBe(403);
    await control.setScopes(grant.grantId, undefined);
    expect((await exchange(grant)).body).not.toHaveProperty("scope");
    expect((await control.grant(grant.grantId)).scopes).toEqual(["contacts.read"]);
  });

  test("revoked by the human: refused, without being a replay", async () => {
    const grant = await sandbox.control.consent("youtube");
    await sandbox.control.revoke(grant.grantId);
    const { status, body } = await exchange(grant);
    expect(status).toBe(400);
    expect(body).toEqual({ error: "invalid_grant", error_description: "Token has been expired or revoked." });
    expect(await sandbox.control.counts()).toMatchObject({ replays: 0, revocations: 1 });
  });

  test("the same seed issues the same refresh tokens, another one others", async () => {
    await using twin = await createSandbox({ seed: 7 });
    await using other = await createSandbox({ seed: 8 });
    const [mine, same, different] = await Promise.all(
      [sandbox, twin, other].map(async ({ control }) => await control.consent("tiktok")),
    );
    expect(same?.refreshToken).toBe(mine?.refreshToken);
    expect(different?.refreshToken).not.toBe(mine?.refreshToken);
  });
});

async function userinfo(accessToken: string): Promise<{ status: number; headers: { date?: string | undefined } }> {
  return await send(`${sandbox.url}/oauth2/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } });
}
