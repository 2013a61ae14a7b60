import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StoredGrant } from "@tokenward/core";
import type { LedgerEntry, Sandbox } from "@tokenward/sandbox";
import { malformedAnswers, type MalformedAnswer } from "@tokenward/testing";
import {
  configureFleets,
  consentFleet,
  fleetEnvironment,
  refreshFleet,
  type Fleet,
  type FleetMember,
  type FleetReport,
} from "./harness/grant-fleet.ts";
import { createScenarioSandbox } from "./harness/platforms.ts";
import { storedGrants } from "./harness/stored-grants.ts";
import { createWorkspace, type Workspace } from "./harness/workspace.ts";

/** A platform of the sandbox that the corpus is served on. */
interface Ground {
  readonly platform: "crm" | "tiktok";
  readonly keys: Readonly<Record<string, unknown>>;
  /** Whether every exchange ends the old token there: an answer that brings no new one has lost it. */
  readonly alwaysRotates: boolean;
  /** Serves whoever presents a living access token. */
  readonly resource: string;
}

const crm: Ground = {
  platform: "crm",
  keys: { refresher: "oauth2", client_id: "sandbox-crm", rotation: "sometimes", cadence: "every-run" },
  alwaysRotates: false,
  resource: "/crm/userinfo",
};
const tiktok: Ground = {
  platform: "tiktok",
  keys: { refresher: "tiktok", client_key: "sandbox-tiktok" },
  alwaysRotates: true,
  resource: "/tiktok/v2/user/info/?fields=open_id",
};
const scale = process.env["TOKENWARD_SCALE"];
const grounds = scale === "full" || scale === "soak" ? [crm, tiktok] : [crm];

const named = (answers: readonly MalformedAnswer[]): (readonly [string, MalformedAnswer])[] =>
  answers.map((answer) => [answer.name, answer]);

/**
 * Every answer of the corpus goes to a grant of its own. One process refreshes them all and receives the answers; what
 * it kept is judged by what later processes present. Where an answer does not bring the new refresh token, the
 * platform keeps the old one, so that the one that is stored still works if nobody wiped it.
 */
describe.each(grounds)("malformed and odd answers on $platform", ({ platform, keys, alwaysRotates, resource }) => {
  const isLost = ({ expect: { refused, refreshToken } }: MalformedAnswer): boolean =>
    refused !== undefined || (alwaysRotates && refreshToken === "unchanged");
  const lost = malformedAnswers.filter((answer) => isLost(answer));
  const readable = malformedAnswers.filter((answer) => !isLost(answer));
  let sandbox: Sandbox;
  let workspace: Workspace;
  let fleets: { readonly readable: Fleet; readonly lost: Fleet; readonly gone: Fleet };
  let before: ReadonlyMap<string, StoredGrant>;
  let after: ReadonlyMap<string, StoredGrant>;
  let received: FleetReport;
  let next: FleetReport;
  let forgiving: FleetReport;
  const exchanges = new Map<string, readonly LedgerEntry[]>();

  /** The grants that receive an answer: one, or two where it is the end of the new token. */
  const recipients = (answer: MalformedAnswer): readonly FleetMember[] => {
    const [corpus, ...receivers] = isLost(answer) ? [lost, fleets.lost, fleets.gone] : [readable, fleets.readable];
    return receivers.map(({ members }) => members[corpus.indexOf(answer)] as FleetMember);
  };

  beforeAll(async () => {
    sandbox = await createScenarioSandbox();
    workspace = await createWorkspace();
    const { control } = sandbox;
    const policyOf = ({ expect: { refreshToken } }: MalformedAnswer): { rotation: "always" | "never" } => ({
      rotation: refreshToken === "saved" ? "always" : "never",
    });
    fleets = {
      readable: await consentFleet(sandbox, platform, "readable", readable.map(policyOf)),
      lost: await consentFleet(sandbox, platform, "lost", lost.map(policyOf)),
      // The same answers, and the platform did rotate: presenting the old token again would end the grant.
      gone: await consentFleet(
        sandbox,
        platform,
        "gone",
        lost.map(() => ({ rotation: "always" })),
      ),
    };
    const all = Object.values(fleets);
    const names = all.flatMap(({ members }) => members.map(({ name }) => name));
    await configureFleets(workspace, all, () => ({ ...keys, reuse: "strict" }));

    const first = await refreshFleet(workspace, "all", fleetEnvironment(all, "with first tokens"));
    expect(first.code, first.stdout).toBe(0);
    before = await storedGrants(workspace, names);
    expect(before.size).toBe(malformedAnswers.length + lost.length);

    for (const answer of malformedAnswers) {
      for (const { consent } of recipients(answer)) {
        const match = { platform, account: consent.account, endpoint: "token" as const };
        await control.fault({ match, rewrite: answer.template });
      }
    }
    // From here on, nothing but what was saved.
    const env = fleetEnvironment(all, "without tokens");
    received = await refreshFleet(workspace, "all", env);
    after = await storedGrants(workspace, names);
    next = await refreshFleet(workspace, "all", env);
    await configureFleets(workspace, all, ({ block }) => ({
      ...keys,
      reuse: block === "lost" ? "retry-safe" : "strict",
    }));
    forgiving = await refreshFleet(workspace, "lost", env);

    const { entries } = await control.ledger();
    for (const { consent } of all.flatMap(({ members }) => members)) {
      exchanges.set(
        consent.grantId,
        entries.filter(({ grant, endpoint }) => grant === consent.grantId && endpoint === "token"),
      );
    }
  }, 240_000);

  afterAll(async () => {
    await sandbox.close();
    await workspace.dispose();
  });

  const exchangesOf = ({ consent }: FleetMember): readonly LedgerEntry[] => exchanges.get(consent.grantId) ?? [];

  it("are at least eighty, and every one was received", () => {
    expect(malformedAnswers.length).toBeGreaterThanOrEqual(80);
    expect(new Set(malformedAnswers.map(({ name }) => name)).size).toBe(malformedAnswers.length);
    for (const answer of malformedAnswers) {
      for (const member of recipients(answer)) {
        const hit = exchangesOf(member).filter(({ faults }) => faults.length > 0);
        expect(hit, answer.name).toHaveLength(1);
        expect(["rotated", "refreshed"], answer.name).toContain(hit[0]?.outcome);
      }
    }
  });

  it("crash nothing, and cost no grant its life", async () => {
    for (const { code, signal, stderr, stdout, document } of [received, next, forgiving]) {
      expect({ code, signal }).toEqual({ code: document.alert ? 1 : 0, signal: null });
      expect(stderr).not.toMatch(/Unexpected|ERR_AUTH_INTERNAL| at .*\.js:\d+/);
      expect(stdout).not.toMatch(/undefined|NaN|\[object Object\]|Invalid Date|ERR_AUTH_INTERNAL/);
    }
    expect(await sandbox.control.counts()).toMatchObject({ replays: 0, revocations: 0, forgiven: 0 });
  });

  it.each(named(readable))("%s: what it brings is durable before anything complains", async (_, answer) => {
    const [member] = recipients(answer) as [FleetMember];
    const status = received.of(member.name);
    const { refreshToken, accessToken, complaint, lifetime } = answer.expect;
    const action = refreshToken === "saved" ? "rotated" : "refreshed";
    expect(status, status.detail).toMatchObject({ action, code: complaint ? "ERR_AUTH_ANSWER_MALFORMED" : null });

    const [, struck, following] = exchangesOf(member);
    expect(exchangesOf(member)).toHaveLength(3);
    // What the platform issued in the malformed answer is what a process of its own presents next.
    expect(following).toMatchObject({ fingerprint: struck?.issued, presented: "current", faults: [] });
    expect(next.of(member.name)).toMatchObject({ action, alert: false });

    const [stored, earlier] = [after.get(member.name), before.get(member.name)];
    expect(stored?.accessToken?.reveal() === earlier?.accessToken?.reveal()).toBe(accessToken === "unchanged");
    expect(await served(`${sandbox.url}${resource}`, stored)).toBe(200);
    if (accessToken === "unchanged") expect(stored?.accessTokenExpiresAt).toEqual(earlier?.accessTokenExpiresAt);
    else if (lifetime !== undefined) expect(status.expires_at === null).toBe(lifetime === "unknown");
    expect(stored?.scopes?.length).toBeGreaterThan(0);
  });

  it.each(named(lost))("%s: is in doubt, and what is stored stays", async (_, answer) => {
    const [member, gone] = recipients(answer) as [FleetMember, FleetMember];
    for (const { name } of [member, gone]) {
      for (const report of [received, next]) {
        expect(report.of(name)).toMatchObject({ action: "in-doubt", code: "ERR_AUTH_IN_DOUBT", alert: true });
      }
      expect(after.get(name)?.refreshToken?.reveal()).toBe(before.get(name)?.refreshToken?.reveal());
      expect(after.get(name)?.accessToken?.reveal()).toBe(before.get(name)?.accessToken?.reveal());
    }
    // Nothing is sent while that might end the grant. Where it cannot, the stored token is still there to be sent.
    expect(exchangesOf(gone).map(({ outcome }) => outcome)).toEqual(["rotated", "rotated"]);
    const [first, struck, following] = exchangesOf(member);
    expect(exchangesOf(member)).toHaveLength(3);
    expect(struck?.faults).toHaveLength(1);
    expect(following).toMatchObject({ fingerprint: first?.issued, presented: "current", outcome: "refreshed" });
    expect(forgiving.of(member.name)).toMatchObject({ action: "refreshed", alert: false });
  });
});

/** How the platform answers the access token that is stored. */
async function served(url: string, stored: StoredGrant | undefined): Promise<number> {
  const authorization = `Bearer ${stored?.accessToken?.reveal() ?? ""}`;
  const response = await fetch(url, { headers: { authorization } });
  await response.arrayBuffer();
  return response.status;
}
