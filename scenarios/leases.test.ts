import { readFile } from "node:fs/promises";
import { refreshSteps } from "@tokenward/core";
import type { Sandbox } from "@tokenward/sandbox";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { run, runJson, startWatched, type Watched } from "./harness/cli.ts";
import { connect, createScenarioSandbox, type ConnectedGrant, type ScenarioPlatform } from "./harness/platforms.ts";
import type { ReportDocument } from "./harness/status-document.ts";
import { createWorkspace, type Workspace } from "./harness/workspace.ts";

const large = ["full", "soak"].includes(process.env["TOKENWARD_SCALE"] ?? "");
const rounds = large ? 5 : 1;
const forgiving: readonly ScenarioPlatform[] = ["crm-grace", "crm-retry-safe"];
const rotating: readonly ScenarioPlatform[] = large ? ["tiktok", "crm", ...forgiving] : ["tiktok", "crm-grace"];

const between = (first: string, last: string): readonly string[] => {
  const events = refreshSteps.flatMap((step) => [`${step}:start`, `${step}:end`]);
  // The lease begins with its end, and ends with the close.
  return events.slice(events.indexOf(first), events.indexOf(last) + 1);
};
const underLease = between("lease:end", "close:start");
const beforeIntent = between("lease:end", "intent:start");
/** Nobody can know from outside that the first byte was not written yet. */
const inBetween = ["intent:end", "send:start"];
const sent = ["send:end", "answer:start"];

let sandbox: Sandbox;
let workspace: Workspace;
const started = new Set<Watched>();

beforeAll(async () => {
  sandbox = await createScenarioSandbox();
});
afterAll(async () => await sandbox.close());
beforeEach(async () => {
  workspace = await createWorkspace();
});
afterEach(async () => {
  await sandbox.control.release();
  for (const { process } of started) if (process.exitCode === null) process.kill("SIGKILL");
  await Promise.all([...started].map(async ({ finished }) => await finished));
  started.clear();
  await workspace.dispose();
});

describe("sixteen processes that observed the same version", () => {
  test.each(rotating)("exchange once and all succeed on %s", async (platform) => {
    const grant = await connectOne(platform);
    for (let round = 1; round <= rounds; round++) {
      const before = await sandbox.control.counts({ grant: grant.consent.grantId });
      const barrier = await holdAnswers(grant);
      const processes = refreshAtOnce(grant, 16);
      // The start of the lease follows the end of the observation: all have seen the version that is being replaced.
      await allReach(processes, "lease:start");
      await sandbox.control.held(barrier, 1);
      await sandbox.control.release(barrier);

      const ends = await ended(processes);
      expect(ends.map(({ code }) => code)).toEqual(Array<number>(16).fill(0));
      expect(tally(ends)).toEqual({ rotated: 1, healthy: 15 });
      expect(new Set(ends.map(({ expiresAt }) => expiresAt)).size).toBe(1);
      const after = await sandbox.control.counts({ grant: grant.consent.grantId });
      expect(after.tokenRequests - before.tokenRequests).toBe(1);
      expect(after.rotations - before.rotations).toBe(1);
      expect(after).toMatchObject({ replays: 0, forgiven: 0, revocations: 0 });
    }
    await expectAlive(grant);
  });

  test("share one minted access token on youtube, where nothing that is saved changes", async () => {
    const grant = await connectOne("youtube");
    const barrier = await holdAnswers(grant);
    const processes = refreshAtOnce(grant, 16);
    await allReach(processes, "lease:start");
    await sandbox.control.held(barrier, 1);
    await sandbox.control.release(barrier);
    const ends = await ended(processes);
    expect(tally(ends)).toEqual({ healthy: 16 });
    expect(new Set(ends.map(({ expiresAt }) => expiresAt)).size).toBe(1);
    expect(await sandbox.control.counts({ grant: grant.consent.grantId })).toMatchObject({ tokenRequests: 1 });
  });
});

describe("a holder of the lease that is stopped", () => {
  const others = large ? 15 : 3;
  const points = large ? underLease : ["lease:end", "send:start", "answer:end", "save:end"];

  test.each(points)("at %s: nobody else exchanges, and all succeed once it goes on", async (event) => {
    const grant = await connectOne("tiktok", { lease_wait: "1s" });
    const holder = refresh(grant, { event, signal: "SIGSTOP" });
    expect(await holder.events.reached(event)).toBe(true);
    await expectOthersBusy(grant, others);
    await expectAllSucceedAfter(holder, grant, others);
  });

  test("while the platform answers: nobody else exchanges, and all succeed once it goes on", async () => {
    const grant = await connectOne("tiktok", { lease_wait: "1s" });
    const barrier = await holdAnswers(grant);
    const holder = refresh(grant);
    await sandbox.control.held(barrier, 1);
    holder.process.kill("SIGSTOP");
    await sandbox.control.release(barrier);
    await sandbox.control.idle();
    await expectOthersBusy(grant, others);
    await expectAllSucceedAfter(holder, grant, others);
  });
});

describe("a holder of the lease that is killed while fifteen wait", () => {
  test.each(large ? beforeIntent : ["lease:end", "probe:end", "intent:start"])(
    "at %s, before anything could be sent: one exchange",
    async (event) => {
      const grant = await connectOne("tiktok");
      const ends = await killWhileFifteenWait(grant, event);
      expect(tally(ends)).toEqual({ rotated: 1, healthy: 14 });
      expect(await sandbox.control.counts({ grant: grant.consent.grantId })).toMatchObject({
        tokenRequests: 1,
        rotations: 1,
        replays: 0,
      });
      await expectAlive(grant);
    },
  );

  test.each(large ? inBetween : ["send:start"])(
    "at %s, when something might have been sent: in doubt, and nothing is sent",
    async (event) => {
      const grant = await connectOne("tiktok");
      await expectDoubt(grant, await killWhileFifteenWait(grant, event), 0);
    },
  );

  test.each(large ? sent : ["send:end"])("at %s, after sending: in doubt, and not presented again", async (event) => {
    const grant = await connectOne("tiktok");
    await expectDoubt(grant, await killWhileFifteenWait(grant, event), 1);
  });

  test("while the platform answers: in doubt, and not presented again", async () => {
    const grant = await connectOne("tiktok");
    const ends = await killInFlight(grant);
    await expectDoubt(grant, ends, 1);
  });

  test.each(forgiving)("while %s answers, which forgives: healed with one more exchange", async (platform) => {
    const grant = await connectOne(platform);
    const ends = await killInFlight(grant);
    expect(tally(ends)).toEqual({ rotated: 1, healthy: 14 });
    expect(await sandbox.control.counts({ grant: grant.consent.grantId })).toMatchObject({
      tokenRequests: 2,
      forgiven: 1,
      replays: 0,
      revocations: 0,
    });
    await expectAlive(grant);
  });
});

async function connectOne(
  platform: ScenarioPlatform,
  auth?: Readonly<Record<string, unknown>>,
): Promise<ConnectedGrant> {
  const [grant] = await connect(sandbox, workspace, [{ platform }], { auth });
  if (grant === undefined) throw new Error("nothing was connected");
  return grant;
}

function refresh(grant: ConnectedGrant, at?: { readonly event: string; readonly signal: "SIGSTOP" }): Watched {
  const watched = startWatched(workspace, ["auth", "refresh", grant.name, "--json"], { at });
  started.add(watched);
  return watched;
}

function refreshAtOnce(grant: ConnectedGrant, count: number): readonly Watched[] {
  return Array.from({ length: count }, () => refresh(grant));
}

async function allReach(processes: readonly Watched[], event: string): Promise<void> {
  const reached = await Promise.all(processes.map(async ({ events }) => await events.reached(event)));
  expect(reached).not.toContain(false);
}

interface End {
  readonly code: number | null;
  readonly action: string | undefined;
  readonly error: string | null | undefined;
  readonly expiresAt: string | null | undefined;
}

async function ended(processes: readonly Watched[]): Promise<readonly End[]> {
  return await Promise.all(
    processes.map(async ({ finished }) => {
      const { code, stdout } = await finished;
      const [status] = (JSON.parse(stdout) as ReportDocument).statuses;
      return { code, action: status?.action, error: status?.code, expiresAt: status?.expires_at };
    }),
  );
}

function tally(ends: readonly End[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { action = "nothing" } of ends) counts[action] = (counts[action] ?? 0) + 1;
  return counts;
}

/** The platform decides, and keeps its answer back. */
async function holdAnswers(grant: ConnectedGrant): Promise<string> {
  return await sandbox.control.barrier({ match: { grant: grant.consent.grantId, endpoint: "token" }, at: "after" });
}

async function expectOthersBusy(grant: ConnectedGrant, others: number): Promise<void> {
  const before = await sandbox.control.counts();
  const ends = await ended(refreshAtOnce(grant, others));
  for (const end of ends) expect(end).toMatchObject({ code: 1, action: "failed", error: "ERR_AUTH_LEASE_BUSY" });
  const seen = await runJson<ReportDocument>(workspace, ["auth", "status", grant.name]);
  expect(seen.code, seen.stdout).toBe(0);
  const [status] = seen.document.statuses;
  expect(status).toMatchObject({ action: "healthy", alert: false });
  expect(Date.parse(status?.expires_at ?? "")).toBeGreaterThan(Date.now());
  expect(await sandbox.control.counts()).toEqual(before);
}

async function expectAllSucceedAfter(holder: Watched, grant: ConnectedGrant, others: number): Promise<void> {
  holder.process.kill("SIGCONT");
  expect(await ended([holder])).toMatchObject([{ code: 0, action: "rotated" }]);
  expect(await sandbox.control.counts({ grant: grant.consent.grantId })).toMatchObject({
    tokenRequests: 1,
    rotations: 1,
  });
  // Now they may wait for each other as long as it takes.
  const configuration = await readFile(workspace.configFile, "utf8");
  await workspace.configure(configuration.replace('"lease_wait": "1s"', '"lease_wait": "60s"'));
  const ends = await ended(refreshAtOnce(grant, others));
  expect(ends.map(({ code }) => code)).toEqual(Array<number>(others).fill(0));
  await expectAlive(grant);
}

async function killWhileFifteenWait(grant: ConnectedGrant, event: string): Promise<readonly End[]> {
  const holder = refresh(grant, { event, signal: "SIGSTOP" });
  expect(await holder.events.reached(event)).toBe(true);
  return await killOnceFifteenWait(holder, grant);
}

async function killInFlight(grant: ConnectedGrant): Promise<readonly End[]> {
  const barrier = await holdAnswers(grant);
  const holder = refresh(grant);
  await sandbox.control.held(barrier, 1);
  // The platform's answer finds nobody; those who come next are not held.
  const ends = killOnceFifteenWait(holder, grant);
  await holder.finished;
  await sandbox.control.release(barrier);
  return await ends;
}

async function killOnceFifteenWait(holder: Watched, grant: ConnectedGrant): Promise<readonly End[]> {
  const waiting = refreshAtOnce(grant, 15);
  await allReach(waiting, "lease:start");
  holder.process.kill("SIGKILL");
  expect((await holder.finished).signal).toBe("SIGKILL");
  return await ended(waiting);
}

/** Nothing was kept of an answer: everybody says so, and nobody tries. */
async function expectDoubt(grant: ConnectedGrant, ends: readonly End[], requests: number): Promise<void> {
  for (const end of ends) expect(end).toMatchObject({ code: 1, action: "in-doubt", error: "ERR_AUTH_IN_DOUBT" });
  const later = await run(workspace, ["auth", "refresh", grant.name]);
  expect(later.code).toBe(1);
  expect(await sandbox.control.counts({ grant: grant.consent.grantId })).toMatchObject({
    tokenRequests: requests,
    replays: 0,
    revocations: 0,
  });
}

/** The chain goes on from what was saved. */
async function expectAlive(grant: ConnectedGrant): Promise<void> {
  const of = { grant: grant.consent.grantId };
  const before = await sandbox.control.counts(of);
  const { code, document } = await runJson<ReportDocument>(workspace, ["auth", "refresh", grant.name]);
  expect(document.statuses).toMatchObject([{ action: "rotated", code: null }]);
  expect(code).toBe(0);
  const after = await sandbox.control.counts(of);
  expect(after).toMatchObject({
    rotations: before.rotations + 1,
    forgiven: before.forgiven,
    replays: 0,
    revocations: 0,
  });
}
