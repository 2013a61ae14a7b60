import type { RefreshStatus } from "../status.ts";
import type { RefreshReport } from "./engine.ts";

/** What a run found out beside its grants. */
export type Surroundings = Pick<RefreshReport, "writeBacks" | "notifiers" | "installation">;

const nothing: Surroundings = { writeBacks: [], notifiers: [], installation: [] };

/** The report of a run, with the exit code that DESIGN's table gives it. */
export function reportOf(
  statuses: readonly RefreshStatus[],
  dryRun: boolean,
  surroundings: Surroundings = nothing,
): RefreshReport {
  const { writeBacks, notifiers, installation } = surroundings;
  const alert = [...statuses, ...writeBacks, ...notifiers, ...installation].some((status) => status.alert);
  const judged = statuses.some((status) => status.judged);
  const exitCode = !judged && statuses.length > 0 ? 2 : alert ? 1 : 0;
  return { dryRun, alert, statuses, ...surroundings, exitCode };
}
