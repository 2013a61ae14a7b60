import type { AlertMessage } from "../alert-receiver.ts";

/** One message as one receiver took it. */
export interface Taken extends AlertMessage {
  readonly notifier: string;
  /** Hours of the world at which the edge was seen. */
  readonly hour: number;
  /** Whether the sender can know that it was taken: not where the connection or the process ended. */
  readonly known: boolean;
}

/** What a run that came to its end found. */
export interface FinishedRun {
  readonly hour: number;
  /** Which run of all; those that were killed are not among the finished ones. */
  readonly number: number;
  readonly alerts: readonly { readonly id: string; readonly severity: string; readonly code: string | undefined }[];
}

/** Everything that is wrong with what humans were told, in sentences. */
export function faultsOf(taken: readonly Taken[], remindHours: number): readonly string[] {
  const faults: string[] = [];
  for (const [id, copies] of Map.groupBy(taken, (one) => `${one.notifier} ${one.id}`)) {
    if (copies.slice(0, -1).some(({ known }) => known))
      faults.push(`${id} was repeated, although it was known to be taken`);
  }
  const distinct = [...new Map(taken.map((one) => [one.id, one])).values()];
  for (const [incident, messages] of Map.groupBy(distinct, (one) => one.incident)) {
    const sorted = messages.toSorted((left, right) => left.hour - right.hour);
    faults.push(
      ...faultsOfIncident(sorted, remindHours).map(
        (fault) => `${incident} (${String(messages[0]?.subject)}): ${fault}`,
      ),
    );
  }
  for (const [key, messages] of Map.groupBy(taken, (one) => `${one.notifier} ${one.incident}`)) {
    const first = messages.findIndex(({ edge }) => edge === "resolved");
    if (first !== -1 && messages.slice(first).some(({ edge }) => edge !== "resolved"))
      faults.push(`${key}: something came after its end`);
  }
  return faults;
}

function faultsOfIncident(messages: readonly Taken[], remindHours: number): readonly string[] {
  const faults: string[] = [];
  const count = (edge: string): number => messages.filter((one) => one.edge === edge).length;
  if (count("opened") !== 1) faults.push(`${count("opened")} openings`);
  if (count("resolved") !== 1) faults.push(`${count("resolved")} recoveries`);
  const levels = messages
    .filter(({ edge }) => edge === "opened" || edge === "escalated")
    .map(({ severity }) => severity);
  if (new Set(levels).size !== levels.length) faults.push(`a level twice: ${levels.join()}`);
  for (const [index, { edge, hour }] of messages.entries()) {
    const before = messages[index - 1];
    // The clock goes on a little within a run.
    if (edge === "reminded" && (before === undefined || hour - before.hour < remindHours - 0.01))
      faults.push("a reminder too early");
  }
  return faults;
}

const conditions: Readonly<Record<string, string>> = {
  ERR_AUTH_REAUTH_REQUIRED: "reauth-due",
  ERR_AUTH_SCOPE_DRIFT: "scope-drift",
};

/** Grants that needed a human, and of whom no human was told, in sentences. */
export function untold(runs: readonly FinishedRun[], taken: readonly Taken[]): readonly string[] {
  const faults: string[] = [];
  for (const [index, { hour, number, alerts }] of runs.entries()) {
    const before = runs[index - 1];
    for (const { id, code } of alerts) {
      const condition = conditions[code ?? ""] ?? "refresh-failed";
      // What passes by itself may wait for a second run that sees it, and is told by one that was not killed.
      const patient = condition === "refresh-failed";
      const seenBefore =
        before?.number === number - 1 && before.alerts.some((one) => one.id === id && one.code === code);
      if (patient && !seenBefore) continue;
      const platform = `platform ${id.split("/")[0]}`;
      const told = taken.some(
        (one) =>
          one.edge === "opened" &&
          one.condition === condition &&
          one.hour <= hour + 0.9 &&
          (one.subject === id ||
            (patient ? one.subject.startsWith(platform) : one.members.some(({ subject }) => subject === id))) &&
          !taken.some((end) => end.incident === one.incident && end.edge === "resolved" && end.hour < hour - 0.1),
      );
      if (!told) faults.push(`${id} (${condition}) in run ${number}, hour ${hour}`);
    }
  }
  return faults;
}
