import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { memoryState, secret, type GrantPlan, type GrantState } from "@tokenward/core";
import { createSandbox, oauth2Platform, type Sandbox } from "@tokenward/sandbox";
import { memoryWriteBack, testIO, type MemoryWriteBack, type WriteBackOperation } from "@tokenward/testing";
import { groundGrant, hastyClock, machine, type GroundGrant } from "../harness/engine-ground.ts";

let sandbox: Sandbox;
let here: MemoryWriteBack;
let there: MemoryWriteBack;
let grant: GroundGrant;
beforeEach(async () => {
  sandbox = await createSandbox({ platforms: [oauth2Platform({ name: "strict" })] });
  here = memoryWriteBack({ name: "here" });
  there = memoryWriteBack({ name: "there" });
  grant = await groundGrant(sandbox, "strict", { writeBack: here });
});
afterEach(async () => await sandbox.close());

const lasting = (): GrantState => ({ ...memoryState(), traits: { ephemeral: false, shared: false } });
const destination = (): { readonly writeBack: MemoryWriteBack; readonly name: string } => ({
  writeBack: there,
  name: "there",
});
const planThere = (): GrantPlan => ({ ...grant.plan, writeBack: there, writeBackName: "there" });

/** Places that give a token to whoever reads them. */
function live(): readonly string[] {
  const places = { here: here.stored("strict"), there: there.stored("strict") };
  return Object.entries(places).flatMap(([name, stored]) => (stored?.refreshToken === undefined ? [] : [name]));
}

describe("auth move", () => {
  it("copies, leaves a tombstone, and the grant goes on in the new place", async () => {
    const state = lasting();
    const engine = machine({ state });
    expect(await engine.refresh(grant.plan)).toMatchObject({ action: "rotated" });
    const before = here.stored("strict");
    const status = await engine.moveGrant(grant.plan, destination());
    expect(status).toMatchObject({
      action: "moved",
      alert: false,
      from: "memory:here#strict",
      to: "memory:there#strict",
    });
    expect(live()).toEqual(["there"]);
    expect(here.stored("strict")?.retired).toMatchObject({ movedTo: "memory:there#strict" });
    const copied = there.stored("strict");
    expect(copied?.generation).toBeGreaterThan(before?.generation ?? 0);
    expect({ ...copied, generation: 0, fingerprint: "" }).toEqual({ ...before, generation: 0, fingerprint: "" });
    expect(copied?.fingerprint).not.toBe(before?.fingerprint);
    expect((await state.peek("memory:here#strict")).last).toBeUndefined();
    expect((await state.peek("memory:there#strict")).last?.generation).toBe(copied?.generation);

    const old = await engine.refresh(grant.plan);
    expect(old).toMatchObject({ action: "failed", code: "ERR_AUTH_RETIRED" });
    expect(old.detail).toContain("memory:there#strict");
    expect(await engine.refresh(planThere())).toMatchObject({ action: "rotated" });
    expect(await engine.moveGrant(grant.plan, destination())).toMatchObject({ action: "skipped", alert: false });
    expect(await engine.moveGrant(planThere(), destination())).toMatchObject({ action: "skipped", alert: false });
    expect(await sandbox.control.counts()).toMatchObject({ requests: 2, replays: 0 });
  });

  it("goes there and back again", async () => {
    const engine = machine();
    expect(await engine.moveGrant(grant.plan, destination())).toMatchObject({ action: "moved" });
    expect(await engine.moveGrant(planThere(), { writeBack: here, name: "here" })).toMatchObject({ action: "moved" });
    expect(live()).toEqual(["here"]);
    expect(await engine.refresh(grant.plan)).toMatchObject({ action: "rotated" });
    expect(await engine.moveGrant(grant.plan, destination())).toMatchObject({ action: "moved" });
    expect(live()).toEqual(["there"]);
  });

  /** What a move asks of the two places, in order: each of them can be the last thing before a kill. */
  const killed: readonly (readonly [place: "here" | "there", operation: WriteBackOperation, nth: number])[] = [
    ["here", "read", 1],
    ["there", "read", 1],
    ["there", "probe", 1],
    ["there", "save", 1],
    ["there", "read", 2],
    ["here", "retire", 1],
    ["here", "read", 2],
  ];
  it.each(killed)("killed before %s answers %s %i, it is completed by moving again", async (place, operation, nth) => {
    const writeBack = { here, there }[place];
    for (let before = 1; before < nth; before++) writeBack.hangNext(operation)();
    writeBack.hangNext(operation);
    const abandoned = machine({ state: lasting() }).moveGrant(grant.plan, destination());
    void abandoned.catch(() => undefined);
    while (writeBack.calls.filter((call) => call.operation === operation).length < nth) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(live().length).toBeGreaterThan(0);
    const engine = machine({ state: lasting() });
    const status = await engine.moveGrant(grant.plan, destination());
    expect(status.alert).toBe(false);
    expect(live()).toEqual(["there"]);
    expect(await engine.refresh(planThere())).toMatchObject({ action: "rotated" });
    expect(await sandbox.control.counts()).toMatchObject({ requests: 1, replays: 0 });
  });

  it("says that both places may hold the token where the tombstone could not be left, and completes it later", async () => {
    here.failNext("retire", new Error("read-only"), 3);
    const engine = machine({ clock: hastyClock() });
    const status = await engine.moveGrant(grant.plan, destination());
    expect(status).toMatchObject({ action: "failed", alert: true, code: "ERR_AUTH_NOT_MOVED" });
    expect(status.detail).toContain("both places may hold one token");
    const dry = await engine.moveGrant(grant.plan, destination(), { dryRun: true });
    expect(dry).toMatchObject({ would: "complete" });
    expect(await engine.moveGrant(grant.plan, destination())).toMatchObject({ action: "moved" });
    expect(live()).toEqual(["there"]);
  });

  it("takes away what an interrupted tombstone left, where a place needs several writes for one", async () => {
    // As in GitLab's variables: the record first, then the tokens.
    const { read, retire, put } = here;
    let token = here.stored("strict")?.refreshToken;
    let failures = 3;
    const slow: MemoryWriteBack = {
      ...here,
      retire: async (...given) => {
        await retire?.(...given);
        if (failures-- > 0) throw new Error("the connection was lost");
        token = undefined;
      },
    };
    const plan = { ...grant.plan, writeBack: slow };
    const engine = machine({ clock: hastyClock() });
    const status = await engine.moveGrant(plan, destination());
    expect(status).toMatchObject({ action: "failed", code: "ERR_AUTH_NOT_MOVED" });
    expect((await read("strict", testIO()))?.retired).toBeDefined();
    expect(token).toBeDefined();
    expect(await engine.moveGrant(plan, destination())).toMatchObject({ action: "skipped", alert: false });
    expect(token).toBeUndefined();

    put({ id: "strict", platform: "strict", generation: 9, refreshToken: secret("rft.another-consent") });
    [token, failures] = [here.stored("strict")?.refreshToken, 3];
    expect(await engine.forgetGrant(plan)).toMatchObject({ action: "failed", code: "ERR_AUTH_NOT_FORGOTTEN" });
    expect(await engine.forgetGrant(plan)).toMatchObject({ action: "skipped", alert: false });
    expect(token).toBeUndefined();
  });

  it("takes a save for done whose answer was lost", async () => {
    const { save } = there;
    const lossy = {
      ...there,
      save: async (...given: Parameters<typeof save>) => {
        await save(...given);
        throw new Error("the connection was lost");
      },
    };
    const status = await machine().moveGrant(grant.plan, { writeBack: lossy, name: "there" });
    expect(status).toMatchObject({ action: "moved" });
    expect(live()).toEqual(["there"]);
  });

  it("leaves the old place alone where the new one would not take it, does not save it, or gives it back changed", async () => {
    const engine = machine();
    there.failNext("probe", new Error("403"));
    expect(await engine.moveGrant(grant.plan, destination())).toMatchObject({ code: "ERR_WRITEBACK_UNWRITABLE" });
    there.failNext("save", new Error("quota"));
    const unsaved = await engine.moveGrant(grant.plan, destination());
    expect(unsaved).toMatchObject({ code: "ERR_AUTH_NOT_MOVED" });
    expect(unsaved.detail).toContain("quota");
    expect(live()).toEqual(["here"]);
    const forgetful: MemoryWriteBack = {
      ...there,
      read: async (...given) => {
        const stored = await there.read(...given);
        return stored && { ...stored, scopes: ["other"] };
      },
    };
    const changed = await engine.moveGrant(grant.plan, { writeBack: forgetful, name: "there" });
    expect(changed.detail).toContain("scopes");
    expect(live()).toContain("here");
  });

  it("refuses a place that holds another token of the grant", async () => {
    there.put({ id: "strict", platform: "strict", generation: 3, refreshToken: secret("rft.another-consent") });
    const status = await machine().moveGrant(grant.plan, destination());
    expect(status).toMatchObject({ action: "failed", code: "ERR_AUTH_NOT_MOVED" });
    expect(status.detail).toContain("holds another token");
    expect(live()).toEqual(["here", "there"]);
  });

  it("replaces what an interrupted move left there, where the old place was refreshed since", async () => {
    const state = lasting();
    const engine = machine({ state, clock: hastyClock() });
    here.failNext("retire", new Error("read-only"), 3);
    expect(await engine.moveGrant(grant.plan, destination())).toMatchObject({ code: "ERR_AUTH_NOT_MOVED" });
    expect(live()).toEqual(["here", "there"]);
    expect(await engine.refresh(grant.plan)).toMatchObject({ action: "rotated" });
    // Whoever does not know of that exchange cannot tell which of the two is the old one, and presents neither.
    const stranger = await machine().moveGrant(grant.plan, destination());
    expect(stranger).toMatchObject({ code: "ERR_AUTH_NOT_MOVED" });
    expect(stranger.detail).toContain("`tokenward auth forget strict`");
    expect(await engine.moveGrant(grant.plan, destination())).toMatchObject({ action: "moved" });
    expect(live()).toEqual(["there"]);
    expect(await engine.refresh(planThere())).toMatchObject({ action: "rotated" });
    expect(await sandbox.control.counts()).toMatchObject({ requests: 2, replays: 0, revocations: 0 });
  });

  it("refuses to bring a token that the new place has long exchanged", async () => {
    const state = lasting();
    const engine = machine({ state });
    const old = here.stored("strict");
    await engine.moveGrant(grant.plan, destination());
    expect(await engine.refresh(planThere())).toMatchObject({ action: "rotated" });
    // A backup of the old place comes back, without its tombstone.
    if (old !== undefined) here.put(old);
    const status = await engine.moveGrant(grant.plan, destination());
    expect(status).toMatchObject({ action: "failed", code: "ERR_AUTH_TOKEN_SPENT" });
  });

  it("refuses a grant in doubt, and one that another machine has claimed", async () => {
    await sandbox.control.fault({ match: { platform: "strict" }, drop: "after" });
    const engine = machine();
    expect(await engine.refresh(grant.plan)).toMatchObject({ action: "in-doubt" });
    expect(await engine.moveGrant(grant.plan, destination())).toMatchObject({ code: "ERR_AUTH_IN_DOUBT", alert: true });
    const elsewhere = await machine({ leaseWait: 0 }).moveGrant(grant.plan, destination());
    expect(elsewhere).toMatchObject({ action: "failed", code: "ERR_AUTH_LEASE_BUSY" });
    const clock = hastyClock();
    clock.pass(3_600_000);
    const later = await machine({ clock }).moveGrant(grant.plan, destination());
    expect(later).toMatchObject({ action: "failed", code: "ERR_AUTH_CLAIMED" });
    expect(live()).toEqual(["here"]);
    expect((await sandbox.control.counts()).requests).toBe(1);
  });

  it("saves what waits in the journal before it moves", async () => {
    const state = lasting();
    const clock = hastyClock();
    here.failNext("save", new Error("503"), 4);
    const engine = machine({ state, clock });
    expect(await engine.refresh(grant.plan)).toMatchObject({ code: "ERR_WRITEBACK_SAVE_FAILED" });
    expect(await engine.moveGrant(grant.plan, destination())).toMatchObject({ action: "moved" });
    expect(there.stored("strict")?.refreshToken?.reveal()).toBe(
      await sandbox.control.currentRefreshToken(grant.consent.grantId),
    );
    expect(live()).toEqual(["there"]);
  });

  it("has nothing to move where only the environment seeds it", async () => {
    here.remove("strict");
    const env = { STRICT_REFRESH_TOKEN: grant.consent.refreshToken };
    const status = await machine({ env }).moveGrant(grant.plan, destination());
    expect(status).toMatchObject({ action: "skipped", alert: false, would: "nothing" });
    expect(status.detail).toContain("tokenward auth import strict");
    expect(there.calls.some(({ operation }) => operation === "save")).toBe(false);
  });

  it("names where a grant went that was moved somewhere else", async () => {
    const { generation, fingerprint } = here.stored("strict") ?? {};
    await here.retire?.("strict", { generation, fingerprint }, testIO(), "memory:third#strict");
    const status = await machine().moveGrant(grant.plan, destination());
    expect(status).toMatchObject({ action: "failed", code: "ERR_AUTH_RETIRED" });
    expect(status.detail).toContain("memory:third#strict");
  });

  it("refuses a place that does not outlive the run, and one that leaves no tombstone", async () => {
    const engine = machine();
    const passing = memoryWriteBack({ name: "passing", outlivesRun: false });
    const lost = await engine.moveGrant(grant.plan, { writeBack: passing, name: "passing" });
    expect(lost).toMatchObject({ code: "ERR_WRITEBACK_NOT_DURABLE", judged: false });
    const { retire: _, ...clinging } = here;
    const plan = { ...grant.plan, writeBack: clinging };
    expect(await engine.moveGrant(plan, destination())).toMatchObject({ code: "ERR_AUTH_NOT_MOVED" });
    expect(live()).toEqual(["here"]);
  });

  it("only says what it would do in a dry run", async () => {
    const status = await machine().moveGrant(grant.plan, destination(), { dryRun: true });
    expect(status).toMatchObject({ action: "skipped", would: "move", alert: false });
    const operations = [...here.calls, ...there.calls].map(({ operation }) => operation);
    expect(new Set(operations)).toEqual(new Set(["read"]));
  });
});
