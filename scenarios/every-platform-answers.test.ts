import type { StoredGrant } from "@tokenward/core";
import type { LedgerEntry, Sandbox } from "@tokenward/sandbox";
import { malformedAnswers, type MalformedAnswer } from "@tokenward/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { everyRole, fivePlatforms, presentedOf, presetRoles, type Role } from "./harness/cast.ts";
import { PassingTime } from "./harness/passing-time.ts";
import { consentAll, createScenarioSandbox, type ConnectedGrant } from "./harness/platforms.ts";
import { refresh, type Reported } from "./harness/report.ts";
import { chosen, seed, seededRandom } from "./harness/seed.ts";
import type { StatusDocument } from "./harness/status-document.ts";
import { storedGrants } from "./harness/stored-grants.ts";
import { createWorkspace, type Workspace } from "./harness/workspace.ts";

const days = 86_400;
const full = process.env["TOKENWARD_SCALE"] === "full" || process.env["TOKENWARD_SCALE"] === "soak";
const random = seededRandom();
const roles = (full ? everyRole : [...fivePlatforms, ...chosen(presetRoles, 3, random)]).filter(
  ({ presents }) => presents !== "nothing",
);

// A code that is not 0 is a failure on this platform, also inside an error.
const otherwiseRead: Readonly<Record<string, string>> = { "tiktok-business": "beside an error that says ok" };

/** A grant that receives one answer. */
interface Receiver {
  readonly role: Role;
  readonly answer: MalformedAnswer;
  readonly grant: ConnectedGrant;
}

/**
 * Every answer goes to a grant of its own. One process receives them all; what it kept is judged by what the platform
 * would exchange next, and by a later process that has nothing but what was saved.
 */
describe(`malformed and odd answers on every platform (seed ${String(seed)})`, () => {
  let sandbox: Sandbox;
  let workspace: Workspace;
  let receivers: readonly Receiver[];
  let received: Reported;
  let next: Reported;
  const stored: Record<"before" | "after" | "later", ReadonlyMap<string, StoredGrant>> = {
    before: new Map(),
    after: new Map(),
    later: new Map(),
  };
  const current: Record<"after" | "later", Map<string, string>> = { after: new Map(), later: new Map() };
  const exchanges = new Map<string, LedgerEntry[]>();

  beforeAll(async () => {
    sandbox = await createScenarioSandbox();
    workspace = await createWorkspace();
    const time = new PassingTime(sandbox);
    const cast = roles.flatMap((role) =>
      answersFor(role).map((answer, index) => ({ role, answer, account: `a${String(index + 1)}` })),
    );
    const wishes = cast.map(({ role: { wish, ...role }, answer, account }) => ({
      ...wish,
      account,
      // What their scopes say is another scenario's.
      keys: { ...wish.keys, required_scopes: [] },
      consent: { ...wish.consent, rotation: rotationFor({ wish, ...role }, answer) },
    }));
    const grants = await consentAll(sandbox, workspace, wishes, { auth: { token: { refresh_at: 0.01 } } });
    receivers = cast.map(({ role, answer }, index) => ({ role, answer, grant: grants[index] as ConnectedGrant }));
    const names = grants.map(({ name }) => name);

    await time.pass(2 * days);
    const seeds = Object.fromEntries(grants.flatMap((grant) => seedOf(grant)));
    // What never changes is not saved: it is good where it is.
    const lasting = receivers.filter(({ role }) => role.rotates === "never").flatMap(({ grant }) => seedOf(grant));
    const env = (): Readonly<Record<string, string>> => ({ ...time.env, ...Object.fromEntries(lasting) });
    const first = await refresh(workspace, "all", { env: { ...time.env, ...seeds } });
    expect(first.code, first.stdout).toBe(0);
    stored.before = await storedGrants(workspace, names);
    expect(stored.before.size).toBe(names.length - lasting.length);

    for (const { answer, grant } of receivers) {
      const match = { platform: grant.wish.platform, account: grant.consent.account, endpoint: "token" as const };
      await sandbox.control.fault({ match, rewrite: answer.template });
    }
    await time.pass(2 * days);
    // From here on, nothing but what was saved.
    received = await refresh(workspace, "all", { env: env() });
    stored.after = await storedGrants(workspace, names);
    await lookAtPlatforms(current.after);
    await time.pass(2 * days);
    next = await refresh(workspace, "all", { env: env() });
    stored.later = await storedGrants(workspace, names);
    await lookAtPlatforms(current.later);
    for (const entry of (await sandbox.control.ledger()).entries) {
      if (entry.endpoint !== "token" || entry.grant === undefined) continue;
      exchanges.set(entry.grant, [...(exchanges.get(entry.grant) ?? []), entry]);
    }
  }, 240_000);

  afterAll(async () => {
    await sandbox.close();
    await workspace.dispose();
  });

  const lookAtPlatforms = async (found: Map<string, string>): Promise<void> => {
    for (const { grant } of receivers) {
      found.set(grant.name, await sandbox.control.currentRefreshToken(grant.consent.grantId));
    }
  };

  test("crash nothing, and cost no grant its life", async () => {
    for (const { code, signal, stderr, stdout } of [received, next]) {
      expect([0, 1]).toContain(code);
      expect(signal).toBeNull();
      expect(stderr).not.toMatch(/Unexpected|ERR_AUTH_INTERNAL| at .*\.js:\d+/);
      expect(stdout).not.toMatch(/undefined|NaN|\[object Object\]|Invalid Date|ERR_AUTH_INTERNAL/);
    }
    expect(await sandbox.control.counts()).toMatchObject({ replays: 0, revocations: 0 });
  });

  test.each(roles.map((role) => [role.name, role] as const))("%s: no token is lost", (_, role) => {
    for (const { answer, grant } of receivers.filter((receiver) => receiver.role === role)) {
      const what = `${grant.name} received "${answer.name}"`;
      const own = exchanges.get(grant.consent.grantId) ?? [];
      const struck = own.filter(({ faults }) => faults.length > 0);
      expect(struck, what).toHaveLength(1);
      expect(["rotated", "refreshed"], what).toContain(struck[0]?.outcome);
      const statuses = [received.of(grant.name), next.of(grant.name)] as const;
      const kept = keptBy({ role, answer, grant }, stored.after);
      if (isInDoubt(role, answer)) {
        for (const status of statuses) {
          expect(status, what).toMatchObject({ action: "in-doubt", code: "ERR_AUTH_IN_DOUBT", alert: true });
        }
        expect(kept, what).toBe(keptBy({ role, answer, grant }, stored.before));
        expect(own.at(-1), `${what}: nothing is presented while it is in doubt`).toBe(struck[0]);
        continue;
      }
      expect(kept, `${what}: what is stored is what the platform would exchange next`).toBe(
        current.after.get(grant.name),
      );
      expectSaid(role, answer, statuses[0], what);
      expect(statuses[1].code, `${what}: ${statuses[1].detail}`).toBeNull();
      expect(keptBy({ role, answer, grant }, stored.later), what).toBe(current.later.get(grant.name));
      const harmless = ["current", "forgiven", ...(role.presents === "access-token" ? ["too-early"] : [])];
      for (const { presented } of own) expect(harmless, what).toContain(presented);
    }
  });
});

function keptBy({ role, grant }: Receiver, stored: ReadonlyMap<string, StoredGrant>): string {
  const found = presentedOf(role, stored.get(grant.name));
  return found === "" && role.rotates === "never" ? grant.consent.refreshToken : found;
}

function answersFor({ name, presents, preset }: Role): readonly MalformedAnswer[] {
  const corpus = malformedAnswers.filter(({ name: title, template, expect: { accessToken } }) => {
    if (title === otherwiseRead[name]) return false;
    // It says that the token ends in an hour. Where that is what is renewed, it is rightly believed dead two days later.
    const anHour = accessToken === "saved" && /"expires_in":3\d{3}/.test(template.body ?? "");
    return !(anHour && presents === "access-token");
  });
  // Refreshers read the whole corpus in their own tests; here it goes over the wire.
  if (full) return preset ? chosen(corpus, 40, random) : corpus;
  // Some of each kind, so that a small form sees them all.
  const lost = corpus.filter(({ expect: { refused } }) => refused !== undefined);
  const odd = corpus.filter(({ expect: { refused, complaint } }) => refused === undefined && complaint);
  const fine = corpus.filter(({ expect: { refused, complaint } }) => refused === undefined && !complaint);
  return [...chosen(lost, 3, random), ...chosen(odd, 6, random), ...chosen(fine, 4, random)];
}

/** Where the answer does not bring a new token, the platform keeps the old one: so the stored one works, unless wiped. */
function rotationFor(
  { presents, rotation }: Role,
  { expect: { refreshToken, accessToken, intact } }: MalformedAnswer,
): Role["rotation"] {
  if (rotation === "never") return "never";
  const brings =
    presents === "access-token" ? accessToken === "saved" || intact !== undefined : refreshToken === "saved";
  return brings ? "always" : "never";
}

/** Whether nobody can know what became of a token that may be presented only once. */
function isInDoubt({ strict, rotates }: Role, { expect: { refused, refreshToken } }: MalformedAnswer): boolean {
  return strict && (refused !== undefined || (rotates === "always" && refreshToken === "unchanged"));
}

function expectSaid(
  { presents, rotation, rotates }: Role,
  { expect: { complaint, refused, accessToken, refreshToken } }: MalformedAnswer,
  status: StatusDocument,
  what: string,
): void {
  // A token that is renewed in place and whose answer is lost is presented again at once. To the platform it is too young
  // then; what it answers to that nobody has documented, and it alerts nobody. The next run is fine.
  const tooYoung = presents === "access-token" && accessToken === "unchanged" ? ["ERR_AUTH_TOO_EARLY"] : [];
  const codes = [null, "ERR_AUTH_ANSWER_MALFORMED", ...tooYoung];
  expect(codes, `${what}: ${status.detail}`).toContain(status.code);
  if (presents === "access-token" || rotation === "never") return;
  // Where a token that always comes did not, the request was sent again, and answered well.
  if (refused !== undefined || (rotates === "always" && refreshToken === "unchanged")) return;
  if (complaint) expect(status.code, `${what}, and nobody hears of it`).toBe("ERR_AUTH_ANSWER_MALFORMED");
}

/** The first tokens of a grant, as a job's environment has them. */
function seedOf({ name, consent }: ConnectedGrant): readonly (readonly [string, string])[] {
  const prefix = name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_");
  return consent.refreshToken === consent.accessToken
    ? [[`${prefix}_ACCESS_TOKEN`, consent.accessToken]]
    : [[`${prefix}_REFRESH_TOKEN`, consent.refreshToken]];
}
