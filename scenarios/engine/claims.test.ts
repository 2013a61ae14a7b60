import { hostname } from "node:os";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fingerprintOf, secret, type Intent, type WriteBack } from "@tokenward/core";
import { createSandbox, oauth2Platform, type Sandbox } from "@tokenward/sandbox";
import { memoryWriteBack, type MemoryWriteBack } from "@tokenward/testing";
import { groundGrant, hastyClock, machine, type GroundGrant } from "../harness/engine-ground.ts";

const hour = 3_600_000;

/** Two machines without any common state: what they know of each other stands beside the grant. */
describe("a claim of another machine", () => {
  let sandbox: Sandbox;
  let writeBack: MemoryWriteBack;
  beforeEach(async () => {
    sandbox = await createSandbox({
      platforms: [
        oauth2Platform({ name: "strict" }),
        oauth2Platform({ name: "safe", policy: { reuse: "retry-safe" } }),
      ],
    });
    writeBack = memoryWriteBack({ claims: true });
  });
  afterEach(async () => await sandbox.close());

  /** What another machine left beside the grant. */
  const claimed = (grant: GroundGrant, at: Date, deadline: Date): Intent => {
    const { id } = grant.plan;
    const stored = writeBack.stored(id);
    if (stored === undefined) throw new Error("nothing is stored");
    const fingerprint = fingerprintOf(`memory:test#${id}`, secret(grant.consent.refreshToken));
    const version = { generation: stored.generation, fingerprint };
    const claim: Intent = { id: "theirs", host: "runner-17", run: "r", version, at, deadline, attempt: 1 };
    writeBack.put({ ...stored, claim });
    return claim;
  };
  const ago = (milliseconds: number): Date => new Date(Date.now() - milliseconds);

  it("is waited for while its exchange is under way; there is one exchange, and two that have its token", async () => {
    const grant = await groundGrant(sandbox, "strict", { writeBack });
    const barrier = await sandbox.control.barrier({ match: { platform: "strict" } });
    const first = machine().refresh(grant.plan);
    await sandbox.control.held(barrier, 1);
    expect(writeBack.stored("strict")?.claim).toMatchObject({ host: hostname(), attempt: 1 });

    // The third look means that the second machine found the claim and came back to look again.
    const { watched, looked } = afterReads(writeBack, 3);
    const second = machine().refresh({ ...grant.plan, writeBack: watched });
    await looked;
    expect((await sandbox.control.counts()).requests).toBe(1);
    await sandbox.control.release(barrier);
    expect(await first).toMatchObject({ action: "rotated" });
    expect(await second).toMatchObject({ action: "healthy", alert: false });
    expect((await second).detail).toContain("nother machine refreshed it");
    expect(writeBack.stored("strict")?.claim).toBeUndefined();
    expect(await sandbox.control.counts()).toMatchObject({ requests: 1, rotations: 1, replays: 0 });
  });

  it.each([2, 8])(
    "that %i machines want to write at the same moment is one's; all end with its token",
    async (count) => {
      const grant = await groundGrant(sandbox, "strict", { writeBack });
      const statuses = await Promise.all(
        Array.from({ length: count }, async () => await machine().refresh(grant.plan)),
      );
      const actions = statuses.map(({ action, detail }) => (action === "failed" ? detail : action));
      expect(actions.toSorted()).toEqual([...Array.from({ length: count - 1 }, () => "healthy"), "rotated"]);
      expect(grant.refreshToken()).toBe(await sandbox.control.currentRefreshToken(grant.consent.grantId));
      expect(await sandbox.control.counts()).toMatchObject({ requests: 1, rotations: 1, replays: 0 });
    },
  );

  it("is waited for no longer than the bound, and nothing is sent", async () => {
    const grant = await groundGrant(sandbox, "strict", { writeBack });
    const claim = claimed(grant, ago(1_000), ago(-hour));
    const clock = hastyClock();
    const status = await machine({ clock, leaseWait: 5_000 }).refresh(grant.plan);
    expect(status).toMatchObject({ action: "failed", severity: "warn", code: "ERR_AUTH_LEASE_BUSY" });
    expect(clock.slept).toBeGreaterThan(4_000);
    expect(writeBack.stored("strict")?.claim).toEqual(claim);
    expect((await sandbox.control.counts()).requests).toBe(0);
  });

  it("past its deadline is in doubt on a strict grant and names the other host; a human's word presents it", async () => {
    const grant = await groundGrant(sandbox, "strict", { writeBack });
    claimed(grant, ago(2 * hour), ago(hour));
    const engine = machine();
    for (let round = 0; round < 2; round++) {
      const status = await engine.refresh(grant.plan);
      expect(status).toMatchObject({ action: "in-doubt", severity: "page", code: "ERR_AUTH_CLAIMED" });
      expect(status.detail).toContain("runner-17");
      expect(status.detail).toContain("recover strict --retry-once");
    }
    expect((await sandbox.control.counts()).requests).toBe(0);
    expect(await engine.recover(grant.plan, { retryOnce: true })).toMatchObject({ action: "rotated" });
    expect(writeBack.stored("strict")?.claim).toBeUndefined();
    expect(await sandbox.control.counts()).toMatchObject({ rotations: 1, replays: 0 });
  });

  it.each([true, false])(
    "past its deadline is taken over where that is safe (rotated already: %s)",
    async (rotated) => {
      const grant = await groundGrant(sandbox, "safe", { writeBack, traits: { reuse: "retry-safe" } });
      if (rotated) await exchangeElsewhere(grant);
      claimed(grant, ago(2 * hour), ago(hour));
      expect(await machine().refresh(grant.plan)).toMatchObject({ action: "rotated", alert: false });
      expect(grant.refreshToken()).toBe(await sandbox.control.currentRefreshToken(grant.consent.grantId));
      expect(writeBack.stored("safe")?.claim).toBeUndefined();
      expect(await sandbox.control.counts()).toMatchObject({ replays: 0, revocations: 0 });
    },
  );

  it("about an older token is about the past, also where a human put a new token beside it by hand", async () => {
    const grant = await groundGrant(sandbox, "strict", { writeBack });
    const claim = claimed(grant, ago(2 * hour), ago(hour));
    const consent = await sandbox.control.regrant(grant.consent.grantId);
    const engine = machine();
    await engine.importGrant(grant.plan, { refreshToken: secret(consent.refreshToken) });
    const stored = writeBack.stored("strict");
    if (stored !== undefined) writeBack.put({ ...stored, claim });
    expect(await engine.refresh(grant.plan)).toMatchObject({ action: "rotated", alert: false });
    expect(await sandbox.control.counts()).toMatchObject({ replays: 0, revocations: 0 });
  });

  it("is taken back where nothing was spent, so that the next machine need not wait", async () => {
    const grant = await groundGrant(sandbox, "strict", { writeBack });
    await sandbox.control.fault({ when: { times: 4 }, answer: { status: 429, retryAfter: 0 } });
    expect(await machine({ clock: hastyClock() }).refresh(grant.plan)).toMatchObject({ code: "ERR_AUTH_THROTTLED" });
    expect(writeBack.stored("strict")?.claim).toBeUndefined();
    expect(await machine({ leaseWait: 0 }).refresh(grant.plan)).toMatchObject({ action: "rotated" });
  });

  it("stays where the answer was lost, so that the next machine does not send the token again", async () => {
    const grant = await groundGrant(sandbox, "strict", { writeBack });
    await sandbox.control.fault({ drop: "after" });
    expect(await machine().refresh(grant.plan)).toMatchObject({ action: "in-doubt", code: "ERR_AUTH_IN_DOUBT" });
    const clock = hastyClock();
    expect(await machine({ clock, leaseWait: 0 }).refresh(grant.plan)).toMatchObject({ code: "ERR_AUTH_LEASE_BUSY" });
    clock.pass(hour);
    expect(await machine({ clock }).refresh(grant.plan)).toMatchObject({
      action: "in-doubt",
      code: "ERR_AUTH_CLAIMED",
    });
    expect(await sandbox.control.counts()).toMatchObject({ requests: 1, replays: 0 });
  });
});

/** Spends a token behind everybody's back, as the machine did that died before it could save. */
async function exchangeElsewhere({ consent }: GroundGrant): Promise<void> {
  const body = new URLSearchParams({
    grant_type: "refresh_token",
    refresh_token: consent.refreshToken,
    client_id: consent.clientId,
    client_secret: consent.clientSecret ?? "",
  });
  expect((await fetch(consent.tokenUrl, { method: "POST", body })).status).toBe(200);
}

/** The same write-back, and a promise for the moment at which it was read so many times through here. */
function afterReads(writeBack: WriteBack, count: number): { watched: WriteBack; looked: Promise<void> } {
  let done = (): void => undefined;
  const looked = new Promise<void>((resolve) => (done = resolve));
  let reads = 0;
  const read: WriteBack["read"] = async (grant, io) => {
    reads += 1;
    if (reads === count) done();
    return await writeBack.read(grant, io);
  };
  return { watched: { ...writeBack, read }, looked };
}
