import { randomUUID } from "node:crypto";
import type { AlertState } from "../state.ts";
import { highest, type AllClear, type Finding, type Trouble } from "./finding.ts";

/**
 * What is known after a finding. Pure but for the id of a new incident. The same object where nothing changes, and
 * `undefined` where there is still nothing to know.
 */
export function sight(
  known: AlertState | undefined,
  finding: Finding,
  installation: string,
  now: Date,
): AlertState | undefined {
  if (finding.kind === "trouble") return troubled(known, finding, installation, now);
  return known === undefined || known.resolvedAt !== undefined ? known : cleared(known, finding, now);
}

function troubled(known: AlertState | undefined, trouble: Trouble, installation: string, now: Date): AlertState {
  const { subject, condition, severity, summary, detail, command, code, cause } = trouble;
  const facts = { installation, subject, condition, summary, detail, command, code, cause };
  if (known !== undefined && goesOn(known)) {
    return {
      ...known,
      ...facts,
      severity: highest(severity, known.severity),
      sightings: Math.min(2, known.sightings + 1),
      calmSince: undefined,
      resolvedAt: undefined,
    };
  }
  const before = known?.resolvedAt === undefined ? undefined : { at: known.resolvedAt, severity: known.severity };
  return { ...facts, severity, incident: randomUUID(), openedAt: now, sightings: 1, before };
}

// What humans were not yet told the end of, has not ended for them.
function goesOn(known: AlertState): boolean {
  return known.resolvedAt === undefined || known.told !== undefined;
}

function cleared(known: AlertState, { provenAt, detail }: AllClear, now: Date): AlertState {
  const proven = provenAt !== undefined && provenAt >= known.openedAt;
  // Without proof a second look decides, so that a failure that only paused is not told twice.
  if (!proven && known.calmSince === undefined) return { ...known, calmSince: now };
  // One that nobody was told of does not push the end of the last one forward: a flapping grant is told once a day.
  const untold = known.told === undefined && known.group === undefined;
  const resolvedAt = untold && known.before !== undefined ? known.before.at : now;
  return { ...known, detail, calmSince: undefined, resolvedAt };
}
