import assert from "node:assert/strict";
import type { BackendScene, FirstToken, Told } from "./backend-scene.ts";
import { insideTheWindow, oneKilled, oneStalled, partWith, prepare, race, type Encounter } from "./meeting.ts";
import {
  assertAllGoOn,
  assertGoesOn,
  assertHealedByConsent,
  assertInDoubt,
  assertOneExchange,
  assertPeace,
  assertReported,
  inWords,
} from "./meeting-verdict.ts";

/** One thing that is tried with several machines. */
export type Round =
  | { readonly kind: "race"; readonly offsets: readonly number[] }
  | { readonly kind: "window"; readonly firstSender: number }
  | { readonly kind: "killed"; readonly at: string }
  | { readonly kind: "stalled"; readonly at: string; readonly platform: "tiktok" | "crm-grace" };

/** In words: `2 machines 0, 7 ms apart`. */
export function roundInWords(round: Round): string {
  switch (round.kind) {
    case "race":
      return `${String(round.offsets.length)} machines, ${round.offsets.join(", ")} ms apart`;
    case "window":
      return `both before writing their claims, the ${round.firstSender === 0 ? "first" : "second"} one sends first`;
    case "killed":
      return `one killed at ${round.at}`;
    case "stalled":
      return `one stalled at ${round.at} (${round.platform})`;
  }
}

/** How many rounds of a kind there were, and in how many of them two machines held a claim, sent, and lost the grant. */
export interface Tally {
  rounds: number;
  claimedTwice: number;
  spentTwice: number;
  lost: number;
}

/** Nothing yet. */
export function emptyTally(): Tally {
  return { rounds: 0, claimedTwice: 0, spentTwice: 0, lost: 0 };
}

/** Points at which a killed machine has left a claim and no answer that anybody could deliver. */
const lostFor = ["intent:end", "send:start", "send:end"];
/** Points at which its journal holds the answer. */
const kept = ["answer:end", "save:start"];
/** Points at which nothing was claimed, or all was saved. */
const harmless = ["claim:write", "save:end", "close:end"];

/** Where a machine is killed. */
export const killPoints: readonly string[] = [...harmless, ...lostFor, ...kept];

/** Where a machine stands still for longer than a claim lives: only at the last one it has claimed. */
export const stallPoints: readonly string[] = ["intent:start", "claim:write", "intent:end"];

// Longer than a claim lives, shorter than a platform forgives.
const untilClaimEnds = 600;

/**
 * Tries one round.
 *
 * @param exclusive whether the backend turns the second of two claims away; where it does not, what was spent twice is
 *   counted and must be reported
 */
export async function tryRound(
  scene: BackendScene,
  round: Round,
  { first, exclusive, tally }: { readonly first: FirstToken; readonly exclusive: boolean; readonly tally: Tally },
): Promise<void> {
  const count = round.kind === "race" ? round.offsets.length : 2;
  const encounter = await prepare(scene, count, round.kind === "stalled" ? round.platform : "tiktok", first);
  try {
    switch (round.kind) {
      case "race":
      case "window":
        await tryAtOnce(encounter, round, exclusive, tally);
        break;
      case "killed":
        await tryKilled(encounter, round.at);
        break;
      case "stalled":
        await tryStalled(encounter, round.at, round.platform);
        break;
    }
  } finally {
    await partWith(encounter);
  }
}

async function tryAtOnce(
  encounter: Encounter,
  round: Round & { readonly kind: "race" | "window" },
  exclusive: boolean,
  tally: Tally,
): Promise<void> {
  // Where the second is turned away by a push, everything that comes before it is the same for both.
  const event = encounter.scene.backend.name === "sops" ? "intent:start" : "claim:write";
  const meeting =
    round.kind === "race"
      ? await race(encounter, round.offsets)
      : await insideTheWindow(encounter, round.firstSender, event);
  tally.rounds += 1;
  if (exclusive || meeting.claimed === 1) {
    await assertOneExchange(encounter, meeting);
    return await assertGoesOn(encounter, encounter.hosts.at(-1));
  }
  tally.claimedTwice += 1;
  if (meeting.exchanges.length > 1) tally.spentTwice += 1;
  const { revocations } = await encounter.scene.sandbox.control.counts({ grant: encounter.kept.grant.consent.grantId });
  if (revocations === 0) return await assertAllGoOn(encounter);
  tally.lost += 1;
  assert.ok(await assertReported(encounter, meeting), `nobody said at once that it is lost: ${inWords(meeting)}`);
}

async function tryKilled(encounter: Encounter, at: string): Promise<void> {
  const meeting = await oneKilled(encounter, at);
  const [victim, other] = encounter.hosts;
  const [struck, next] = meeting.ends;
  if (victim === undefined || other === undefined || next === undefined) throw new Error("two machines are needed");
  assert.equal(struck?.signal, "SIGKILL", `it was not killed: ${inWords(meeting)}`);
  assert.ok(meeting.exchanges.length <= 1, inWords(meeting));
  await assertPeace(encounter);
  if (at === "claim:write") {
    assert.equal(next.status?.action, "rotated", inWords(meeting));
    return await assertAllGoOn(encounter);
  }
  assertTooLate(encounter, next, harmless.includes(at) ? "its token is there" : "its claim is there", inWords(meeting));
  if (harmless.includes(at)) return await assertAllGoOn(encounter);
  await encounter.scene.time.pass(untilClaimEnds);
  await assertInDoubt(encounter, await other.refresh(), { claimOf: victim });
  const again = await victim.refresh();
  if (kept.includes(at)) {
    assert.equal(again.code, 0, `the journal was not used: ${again.stdout}${again.stderr}`);
    return await assertAllGoOn(encounter);
  }
  await assertInDoubt(encounter, again, "journal");
  await assertInDoubt(encounter, await other.refresh(), { claimOf: victim });
  await assertHealedByConsent(encounter);
}

/** Where one looks at a checkout, it is told of others only when it publishes; elsewhere it sees what they did. */
function assertTooLate({ scene }: Encounter, { code, status }: Told, there: string, words: string): void {
  const found = { code, action: status?.action, error: status?.code };
  const turnedAway = (error: string): object => ({ code: 1, action: "failed", error });
  if (scene.backend.name === "sops") assert.deepEqual(found, turnedAway("ERR_WRITEBACK_UNWRITABLE"), words);
  else if (there === "its token is there") assert.deepEqual(found, { code: 0, action: "healthy", error: null }, words);
  else assert.deepEqual(found, turnedAway("ERR_AUTH_LEASE_BUSY"), `${there}, and was not respected: ${words}`);
}

async function tryStalled(encounter: Encounter, at: string, platform: "tiktok" | "crm-grace"): Promise<void> {
  const meeting = await oneStalled(encounter, at, untilClaimEnds);
  const [stalled, other] = encounter.hosts;
  const [late, meanwhile] = meeting.ends;
  if (stalled === undefined || other === undefined || late === undefined || meanwhile === undefined)
    throw new Error("two machines are needed");
  const claimed = at === "intent:end";
  if (claimed && platform === "tiktok") await assertInDoubt(encounter, meanwhile, { claimOf: stalled });
  else assert.equal(meanwhile.status?.action, "rotated", inWords(meeting));
  // Without a claim of its own it finds out that the other one was faster; with one it goes on, and is forgiven.
  if (late.code !== 0 && !(claimed && late.status?.code === "ERR_WRITEBACK_SAVE_FAILED"))
    assertTooLate(encounter, late, "its token is there", inWords(meeting));
  const expected = claimed && platform === "crm-grace" ? ["current", "forgiven"] : ["current"];
  assert.deepEqual(
    meeting.exchanges.map(({ presented }) => presented),
    expected,
    inWords(meeting),
  );
  await assertAllGoOn(encounter);
}
