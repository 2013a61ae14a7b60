import assert from "node:assert/strict";
import { fingerprint, type LedgerEntry } from "@tokenward/sandbox";
import type { Evidence, StrikeEvidence } from "./strike.ts";

/** How a struck run ended. Anything else is a failure of the product. */
export const verdicts = [
  /** Killed before anything was sent; the next process rotated. */
  "untouched",
  /** The answer had been received; the next process went on with it. */
  "kept",
  /** Sent, and no answer kept; the platform forgave, and the next process rotated. */
  "healed",
  /** Sent (or about to be), and no answer kept, on a strict platform: nothing is presented again. */
  "in doubt",
  /** SIGTERM before sending: nothing was sent. */
  "stopped",
  /** SIGTERM later: the exchange was finished and saved. */
  "finished",
  /** The process had ended by itself, or had not begun, when a random strike came. */
  "missed",
] as const;

/** How a struck run ended. */
export type Verdict = (typeof verdicts)[number];

/** Whether the answer was in the process, but a kill came before it was durable. Nothing can close this gap. */
export function fellIntoGap({ struck }: StrikeEvidence): boolean {
  return struck.events.includes("send:end") && !struck.events.includes("answer:end") && journals(struck.events);
}

/**
 * Judges by the ledger, and by what the two later processes could do.
 *
 * @throws AssertionError where a token was lost, replayed, or not reported honestly
 */
export function judgeStrike(evidence: StrikeEvidence): Verdict {
  const { strike, struck, counts } = evidence;
  assert.equal(counts.replays, 0, "a spent token was presented");
  assert.equal(counts.revocations, 0, "the platform revoked the family");
  assert.ok(struck.entries.length <= 1, "the struck process sent more than one request");
  const how = strike.signal === "SIGKILL" ? judgeKilled(evidence) : judgeStopped(evidence);
  if (how !== "in doubt") assertAlive(evidence, how);
  return how;
}

function judgeKilled(evidence: StrikeEvidence): Verdict {
  const { strike, struck, next } = evidence;
  const { finished, events } = struck;
  if ("at" in strike.point) assert.equal(finished.signal, "SIGKILL", "the process was not killed at its barrier");
  if (finished.signal === null) {
    assert.equal(finished.code, 0, finished.stderr);
    return "missed";
  }
  assert.equal(finished.signal, "SIGKILL");
  if (next.status?.action === "in-doubt") {
    assertHonestDoubt(evidence);
    return "in doubt";
  }
  const [sent] = struck.entries;
  if (sent === undefined) return events.length === 0 ? "missed" : "untouched";
  // A rotation that is continued with its own successor was kept, whatever the platform would have forgiven.
  return sent.issued === undefined || next.entries[0]?.presented === "current" ? "kept" : "healed";
}

function judgeStopped({ strike, struck }: StrikeEvidence): Verdict {
  const { finished, events, entries, status } = struck;
  // Before the path begins nobody listens yet, and nothing has been done.
  if (events.length === 0 && "after" in strike.point) {
    assert.equal(entries.length, 0, "something was sent outside the refresh path");
    return "missed";
  }
  assert.equal(finished.signal, null, "SIGTERM ended the process instead of asking it to end");
  const [sent] = entries;
  if (sent === undefined) {
    assert.equal(finished.code, 1, finished.stderr);
    assert.equal(status?.code, "ERR_AUTH_INTERRUPTED", finished.stdout);
    assert.equal(status.action, "failed");
    return "stopped";
  }
  assert.equal(finished.code, 0, finished.stderr);
  assertExchanged(struck, sent);
  return "finished";
}

// The one way to lose a token without blame: the process never kept an answer, and says so instead of trying again.
function assertHonestDoubt({ strike, struck, next, further }: StrikeEvidence): void {
  const { events } = struck;
  assert.equal(strike.platform, "tiktok", "a platform that forgives leaves no doubt");
  assert.ok(events.includes("intent:start"), "in doubt, although nothing was about to be sent");
  assert.ok(!events.includes("answer:end"), "the answer had been received, and is lost");
  for (const { finished, status, entries } of [next, further]) {
    assert.equal(status?.action, "in-doubt");
    assert.equal(status.code, "ERR_AUTH_IN_DOUBT");
    assert.equal(status.alert, true);
    assert.equal(finished.code, 1);
    assert.deepEqual(entries, [], "a token in doubt was presented again");
  }
}

function assertAlive({ strike, struck, next, further, current }: StrikeEvidence, how: Verdict): void {
  const [sent] = struck.entries;
  const [following] = next.entries;
  const [last] = further.entries;
  assert.ok(following !== undefined && next.entries.length === 1, "the next process exchanged once");
  assert.ok(last !== undefined && further.entries.length === 1, "the process after it exchanged once");
  assertExchanged(next, following);
  assertExchanged(further, last);
  const received = struck.events.includes("answer:end") || strike.signal === "SIGTERM";
  const strict = strike.platform === "tiktok";
  if (received || strict || how !== "healed") assert.equal(following.presented, "current");
  else assert.equal(following.presented, "forgiven");
  assert.equal(last.presented, "current");
  if (strike.platform === "youtube") return;
  // Each presents what the one before it was given.
  if (sent?.issued !== undefined && following.presented === "current") {
    assert.equal(following.fingerprint, sent.issued);
  }
  assert.equal(last.fingerprint, following.issued);
  assert.equal(last.issued, fingerprint(current));
}

function assertExchanged({ finished, status }: Evidence, entry: LedgerEntry): void {
  assert.equal(finished.code, 0, finished.stdout + finished.stderr);
  assert.equal(entry.delivery, "answered");
  const rotates = entry.platform !== "youtube";
  // What is forgiven receives the successor that is current already: news for the client, not for the platform.
  assert.equal(entry.outcome, rotates && entry.presented === "current" ? "rotated" : "refreshed");
  assert.equal(status?.action, rotates ? "rotated" : "healthy");
  assert.equal(status.code, null);
}

function journals(events: readonly string[]): boolean {
  return events.includes("intent:end");
}
