import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createSandbox, type Sandbox } from "./create.ts";
import { exchange, present } from "./exchange.fixture.ts";

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await createSandbox();
});
afterEach(async () => await sandbox.close());

describe("barriers", () => {
  test("hold until so many wait; then the first wins and the others replay", async () => {
    const { control } = sandbox;
    const grant = await control.consent("oauth2");
    const id = await control.barrier({ match: { grant: grant.grantId }, until: { waiting: 3 } });
    const answers = [present(grant), present(grant)];
    await control.held(id, 2);
    expect((await control.counts()).rotations).toBe(0);
    expect((await control.ledger()).entries.map((entry) => entry.outcome)).toEqual(["pending", "pending"]);
    answers.push(present(grant));
    const statuses = (await Promise.all(answers)).map((answer) => answer.status);
    expect(statuses.toSorted((one, two) => one - two)).toEqual([200, 400, 400]);
    expect(await control.counts()).toMatchObject({ rotations: 1, replays: 2, revocations: 1 });
    expect((await exchange(await control.consent("oauth2"))).status).toBe(200);
  });

  test("hold a rotated answer until released; a client that goes away has lost it", async () => {
    const { control } = sandbox;
    const grant = await control.consent("tiktok");
    const id = await control.barrier({ at: "after" });
    const patience = new AbortController();
    const lost = present(grant, undefined, { signal: patience.signal });
    await control.held(id, 1);
    expect(await control.isAlive(grant.grantId, grant.refreshToken)).toBe(false);
    patience.abort();
    await expect(lost).rejects.toThrow("aborted");
    await control.release(id);
    await control.idle();
    expect((await control.ledger()).entries).toMatchObject([{ outcome: "rotated" }]);
  });

  test("open when processes announced themselves, also when they did so before", async () => {
    const { control } = sandbox;
    const grant = await control.consent("oauth2");
    const id = await control.barrier({ until: { signals: "waiting", count: 2 } });
    const answer = exchange(grant);
    await control.held(id, 1);
    await control.signal("waiting", "one");
    await control.signal("waiting", "two");
    expect((await answer).status).toBe(200);
    expect(await control.waitForSignals("waiting", 2)).toEqual(["one", "two"]);
    await control.barrier({ until: { signals: "waiting", count: 2 } });
    expect((await present(grant)).status).toBe(400);
  });

  test("release without an id opens all; requests that do not match pass", async () => {
    const { control } = sandbox;
    const [one, two] = await control.consentMany("oauth2", 2);
    if (one === undefined || two === undefined) throw new Error("two were asked for");
    const id = await control.barrier({ match: { grant: one.grantId } });
    await control.barrier({ match: { grant: one.grantId }, at: "after" });
    expect((await exchange(two)).status).toBe(200);
    const held = exchange(one);
    await control.held(id, 1);
    await control.release();
    expect((await held).status).toBe(200);
  });
});

describe("waiting", () => {
  test("for requests that came before, come later, or have a number", async () => {
    const { control } = sandbox;
    const grant = await control.consent("youtube");
    await exchange(grant);
    expect(await control.arrived({ platform: "youtube" }, 1)).toEqual([1]);
    const later = control.arrived({ platform: "youtube" }, 2, { stage: "done", since: 1 });
    await exchange(grant);
    await exchange(grant);
    expect(await later).toEqual([2, 3]);
  });

  test("says what it has seen when time runs out", async () => {
    const { control } = sandbox;
    const options = { timeoutMs: 1 };
    await expect(control.arrived({ platform: "tiktok" }, 2, options)).rejects.toThrow("0 of 2 requests like");
    await expect(control.waitForSignals("up", 1, options)).rejects.toThrow('0 of 1 signals "up"');
    const id = await control.barrier({});
    await expect(control.held(id, 1, options)).rejects.toThrow(`0 of 1 requests wait at ${id}`);
  });

  test("ends when the sandbox closes", async () => {
    const waiting = expect(sandbox.control.waitForSignals("never", 1)).rejects.toThrow("closed");
    await sandbox.close();
    await waiting;
  });
});
