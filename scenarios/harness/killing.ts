import assert from "node:assert/strict";
import { fingerprint, type LedgerEntry } from "@tokenward/sandbox";
import { presentedOf, type Role } from "./cast.ts";
import { startWatched, type Finished } from "./cli.ts";
import { untilDue, type Play } from "./play.ts";
import { refresh } from "./report.ts";
import type { StatusDocument } from "./status-document.ts";
import { storedGrants } from "./stored-grants.ts";

/** How a killed run ended. Anything else is a failure of the product. */
export type Killing =
  /** Nothing had been sent; the next process did the work. */
  | "untouched"
  /** The platform had answered; the next process went on with what it issued. */
  | "kept"
  /** The platform had answered, nobody kept the answer, and it forgave. */
  | "healed"
  /** Likewise, where presenting the token again would end the grant: nothing is presented, and a human is told. */
  | "in doubt";

interface Run {
  readonly status: StatusDocument | undefined;
  readonly finished: Finished;
  readonly exchanges: readonly LedgerEntry[];
}

/**
 * Kills a process at one event of its refresh path. The next one comes at once, and one more when the token is due
 * again. What they presented is judged by the platform's ledger.
 *
 * @throws AssertionError where a token was lost, replayed, or not reported honestly
 */
export async function killOnce(play: Play, role: Role, event: string): Promise<Killing> {
  await play.time.pass(untilDue);
  const since = await play.newest();
  const process = startWatched(play.workspace, ["auth", "refresh", role.name, "--json"], {
    at: { event, signal: "SIGKILL" },
    env: play.time.env,
  });
  const killed = await process.finished;
  await process.events.end();
  assert.equal(killed.signal, "SIGKILL", `it was not killed, but ended with ${String(killed.code)}: ${killed.stderr}`);
  const struck = await exchangesSince(play, role, since);
  assert.ok(struck.length <= 1, "the killed process sent more than one request");

  const next = await runOnce(play, role);
  await play.time.pass(untilDue);
  const further = await runOnce(play, role);
  await play.expectPeace();
  return await judge(play, role, { events: process.events.names, struck, next, further });
}

async function runOnce(play: Play, role: Role): Promise<Run> {
  const since = await play.newest();
  const report = await refresh(play.workspace, role.name, { env: play.time.env });
  return { status: report.statuses[0], finished: report, exchanges: await exchangesSince(play, role, since) };
}

async function exchangesSince(play: Play, role: Role, since: number): Promise<readonly LedgerEntry[]> {
  const { entries } = await play.sandbox.control.ledger({ grant: play.grant(role.name).consent.grantId, since });
  return entries.filter(({ endpoint }) => endpoint === "token");
}

interface Evidence {
  readonly events: readonly string[];
  readonly struck: readonly LedgerEntry[];
  readonly next: Run;
  readonly further: Run;
}

async function judge(play: Play, role: Role, { events, struck, next, further }: Evidence): Promise<Killing> {
  if (next.status?.action === "in-doubt") {
    assert.ok(role.strict, "in doubt, although the platform forgives");
    assert.ok(events.includes("intent:start"), "in doubt, although nothing was about to be sent");
    assert.ok(!events.includes("answer:end"), "the answer had been received, and is lost");
    for (const { status, finished, exchanges } of [next, further]) {
      assert.equal(status?.code, "ERR_AUTH_IN_DOUBT");
      assert.equal(status.alert, true);
      assert.equal(finished.code, 1);
      assert.deepEqual(exchanges, [], "a token in doubt was presented again");
    }
    return "in doubt";
  }
  for (const { status, finished } of [next, further]) {
    assert.equal(finished.code, 0, finished.stdout + finished.stderr);
    assert.equal(status?.code, null, status?.detail);
  }
  if (role.presents === "nothing") {
    assert.deepEqual([...struck, ...next.exchanges, ...further.exchanges], [], "there is nothing to exchange");
    return "untouched";
  }
  const [sent] = struck;
  const [following] = next.exchanges;
  const [last] = further.exchanges;
  assert.ok(next.exchanges.length <= 1 && further.exchanges.length === 1, "each process exchanges once");
  for (const exchange of [following, last]) {
    if (exchange !== undefined) assert.ok(["current", "forgiven"].includes(exchange.presented), exchange.presented);
  }
  assert.equal(last?.presented, "current");
  const stored = (await storedGrants(play.workspace, [role.name])).get(role.name);
  const current = fingerprint(await play.current(role.name));
  assert.equal(fingerprint(presentedOf(role, stored)), current, "what is stored is not what the platform issued last");
  if (sent === undefined) {
    assert.ok(following !== undefined, "nothing had been sent, and the next process sent nothing either");
    return "untouched";
  }
  return events.includes("answer:end") || following?.presented !== "forgiven" ? "kept" : "healed";
}
