import type { LedgerCounts, LedgerEntry, Sandbox } from "@tokenward/sandbox";
import { runJson, startWatched, type Finished } from "./cli.ts";
import type { ConnectedGrant } from "./platforms.ts";
import type { ReportDocument, StatusDocument } from "./status-document.ts";
import type { Strike } from "./strike-plan.ts";
import type { Workspace } from "./workspace.ts";

/** A process and what the sandbox's ledger says about its time. */
export interface Evidence {
  readonly finished: Finished;
  /** Absent where the process printed none. */
  readonly status: StatusDocument | undefined;
  readonly entries: readonly LedgerEntry[];
}

/** Everything that is known about one struck process and the two that came after it. */
export interface StrikeEvidence {
  readonly strike: Strike;
  readonly struck: Evidence & { readonly events: readonly string[] };
  readonly next: Evidence;
  readonly further: Evidence;
  /** Of the grant, since its consent. */
  readonly counts: LedgerCounts;
  /** What the platform would rotate next. */
  readonly current: string;
}

/** A grant on a machine of its own. */
export interface Victim {
  readonly workspace: Workspace;
  readonly grant: ConnectedGrant;
}

/** Runs `auth refresh` and strikes it, then runs it twice more, undisturbed. */
export async function strikeOnce(sandbox: Sandbox, victim: Victim, strike: Strike): Promise<StrikeEvidence> {
  const { workspace, grant } = victim;
  const { control } = sandbox;
  const id = grant.consent.grantId;
  const refresh = ["auth", "refresh", grant.name];
  const since = await newest(sandbox);

  const { point, signal } = strike;
  const at = "at" in point ? { event: point.at, signal } : undefined;
  const process = startWatched(workspace, [...refresh, "--json"], { at });
  if ("after" in point) {
    if (point.after !== "start") await process.events.reached(point.after);
    // The one thing that is meant to happen at a random time.
    const timer = setTimeout(() => process.process.kill(signal), point.milliseconds);
    await process.finished;
    clearTimeout(timer);
  }
  const finished = await process.finished;
  await process.events.end();

  const second = startWatched(workspace, [...refresh, "--json"]);
  // A process that is as far as this was started long after the last byte of the struck one had arrived.
  await second.events.reached("observe:start");
  const between = await newest(sandbox);
  const secondFinished = await second.finished;
  const before = await newest(sandbox);
  const third = await runJson<ReportDocument>(workspace, refresh);

  const { entries, ...counts } = await control.ledger({ grant: id, since });
  return {
    strike,
    struck: {
      finished,
      status: statusIn(finished),
      events: process.events.names,
      entries: entries.filter(({ n }) => n <= between),
    },
    next: {
      finished: secondFinished,
      status: statusIn(secondFinished),
      entries: entries.filter(({ n }) => n > between && n <= before),
    },
    further: { finished: third, status: statusIn(third), entries: entries.filter(({ n }) => n > before) },
    counts,
    current: await control.currentRefreshToken(id),
  };
}

function statusIn(finished: Finished): StatusDocument | undefined {
  if (!finished.stdout.trimStart().startsWith("{")) return undefined;
  try {
    return (JSON.parse(finished.stdout) as Partial<ReportDocument>).statuses?.[0];
  } catch {
    return undefined;
  }
}

async function newest(sandbox: Sandbox): Promise<number> {
  const { entries } = await sandbox.control.ledger({ limit: 1 });
  return entries[0]?.n ?? 0;
}
