import type { RefreshStatus, WriteBackStatus } from "../status.ts";
import type { RefreshReport } from "./engine.ts";

/** The report of a run, with the exit code that DESIGN's table gives it. */
export function reportOf(
  statuses: readonly RefreshStatus[],
  dryRun: boolean,
  writeBacks: readonly WriteBackStatus[] = [],
): RefreshReport {
  const alert = [...statuses, ...writeBacks].some((status) => status.alert);
  const judged = statuses.some((status) => status.judged);
  return { dryRun, alert, statuses, writeBacks, exitCode: !judged && statuses.length > 0 ? 2 : alert ? 1 : 0 };
}
