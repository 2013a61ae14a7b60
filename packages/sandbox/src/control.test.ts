import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { connectSandbox, type ConnectedControl } from "./connect.ts";
import { controlMethods } from "./control-endpoint.ts";
import { createSandbox, type Sandbox } from "./create.ts";
import { exchange, send } from "./exchange.fixture.ts";
import { LedgerRing } from "./ledger.ts";

let sandbox: Sandbox;
let remote: ConnectedControl;
beforeEach(async () => {
  sandbox = await createSandbox({ clock: { start: new Date("2026-11-22T00:00:00Z"), frozen: true } });
  remote = connectSandbox(sandbox.url);
});
afterEach(async () => {
  remote.close();
  await sandbox.close();
});

describe("the control API over HTTP", () => {
  test("has exactly the methods of the one in process", () => {
    expect(Object.keys(sandbox.control).toSorted()).toEqual(controlMethods.toSorted());
    for (const name of controlMethods) expect(remote[name]).toBeTypeOf("function");
  });

  test("answers what the one in process answers", async () => {
    const { control } = sandbox;
    const grant = await remote.consent("tiktok", { account: "brand-a" });
    const { body } = await exchange(grant);
    const { grantId } = grant;
    await remote.setScopes(grantId, undefined);
    expect((await exchange(grant, String(body["refresh_token"]))).body).not.toHaveProperty("scope");
    expect(await remote.grant(grantId)).toEqual(JSON.parse(JSON.stringify(await control.grant(grantId))));
    expect(await remote.ledger()).toEqual(JSON.parse(JSON.stringify(await control.ledger())));
    expect(await remote.counts({ grant: grantId })).toEqual(await control.counts({ grant: grantId }));
    expect(await remote.currentRefreshToken(grantId)).toBe(await control.currentRefreshToken(grantId));
    expect(await remote.isAlive(grantId, await control.currentRefreshToken(grantId))).toBe(true);
    await remote.advance(60);
    expect(await remote.now()).toEqual(await control.now());
  });

  test("arms faults, holds and releases, carries signals", async () => {
    const grant = await remote.consent("oauth2");
    await remote.fault({ answer: { status: 503, body: { error: "temporarily_unavailable" } } });
    const barrier = await remote.barrier({});
    const answer = exchange(grant);
    await remote.held(barrier, 1);
    await sandbox.control.signal("up", "a");
    expect(await remote.waitForSignals("up", 1)).toEqual(["a"]);
    await remote.release(barrier);
    expect((await answer).status).toBe(503);
    await remote.idle();
    expect(await remote.arrived({ grant: grant.grantId }, 1, { stage: "done" })).toEqual([1]);
  });

  test("a mistake is an error that says so, and the sandbox lives on", async () => {
    await expect(remote.consent("myspace")).rejects.toThrow('no platform "myspace" in this sandbox; it has oauth2');
    await expect(remote.revoke("tiktok-9")).rejects.toThrow('no grant "tiktok-9"');
    await expect(remote.waitForSignals("x", 1, { timeoutMs: 1 })).rejects.toThrow("0 of 1");
    const broken = await send(`${sandbox.url}/_control/now`, { method: "POST", body: "{" });
    expect(broken.status).toBe(400);
    const unknown = await send(`${sandbox.url}/_control/constructor`, { method: "POST" });
    expect(unknown.status).toBe(404);
    expect(await remote.counts()).toMatchObject({ requests: 0 });
  });

  test.each([
    [{ host: "sandbox.example" }, "POST", 403],
    [{ host: "127.0.0.1.evil.example:80" }, "POST", 403],
    [{ origin: "https://evil.example" }, "POST", 403],
    [{}, "GET", 405],
    [{ host: "localhost" }, "POST", 200],
    [{ host: "[::1]:4010" }, "POST", 200],
  ])("headers %j by %s: %i", async (headers, method, status) => {
    const answer = await send(`${sandbox.url}/_control/now`, { method, headers });
    expect(answer.status).toBe(status);
  });

  test("serves another process", async () => {
    const grant = await remote.consent("oauth2");
    const script = `
      const { connectSandbox } = await import(process.argv[1]);
      const control = connectSandbox(process.argv[2]);
      await control.signal("judged", String(await control.isAlive(process.argv[3], process.argv[4])));
      control.close();`;
    const args = [
      "--disable-warning=ExperimentalWarning",
      "--experimental-strip-types",
      "--input-type=module",
      "--eval",
      script,
      new URL("connect.ts", import.meta.url).href,
      sandbox.url,
      grant.grantId,
      grant.refreshToken,
    ];
    await promisify(execFile)(process.execPath, args);
    expect(await remote.waitForSignals("judged", 1)).toEqual(["true"]);
  });
});

describe("the ledger", () => {
  test("answers by platform, grant, number and limit", async () => {
    const [one, two] = await remote.consentMany("oauth2", 2, { reuse: "retry-safe", account: "shop" });
    const google = await remote.consent("youtube");
    if (one === undefined || two === undefined) throw new Error("two were asked for");
    expect([one.account, two.account]).toEqual(["shop-1", "shop-2"]);
    for (const grant of [one, two, google, one]) await exchange(grant);
    const numbers = async (query: Parameters<typeof remote.ledger>[0]): Promise<number[]> =>
      (await remote.ledger(query)).entries.map((entry) => entry.n);
    expect(await numbers({ platform: "oauth2" })).toEqual([1, 2, 4]);
    expect(await numbers({ grant: one.grantId })).toEqual([1, 4]);
    expect(await numbers({ since: 2 })).toEqual([3, 4]);
    expect(await numbers({ limit: 1 })).toEqual([4]);
    expect(await remote.ledger({ grant: one.grantId })).toMatchObject({ requests: 2, rotations: 1, forgiven: 1 });
    expect(await remote.counts({ platform: "youtube" })).toMatchObject({ requests: 1, refreshes: 1 });
  });

  test("keeps the newest entries only", () => {
    const ring = new LedgerRing(3);
    for (let count = 0; count < 7; count += 1) {
      ring.open({
        at: 0,
        platform: "oauth2",
        method: "POST",
        path: "/",
        endpoint: "token",
        presented: "none",
        outcome: "pending",
        faults: [],
        delivery: "pending",
        stage: 0,
      });
    }
    expect(ring.read({}).map((entry) => entry.n)).toEqual([5, 6, 7]);
    expect(ring.last).toBe(7);
    expect(ring.read({ since: 6 }).map((entry) => entry.n)).toEqual([7]);
  });
});
