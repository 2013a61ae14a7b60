import type { RefreshStatus } from "@tokenward/core";

/** How a grant is coloured; `fine` needs nothing. */
export type Level = "critical" | "page" | "warn" | "fine" | "skipped";

/** Of the levels, the worst first. */
export const levels: readonly Level[] = ["critical", "page", "warn", "skipped", "fine"];

/** What each level is called; never shown by colour alone. */
export const levelWords: Readonly<Record<Level, string>> = {
  critical: "Critical",
  page: "Urgent",
  warn: "Warning",
  skipped: "Skipped",
  fine: "Fine",
};

/** The level of a status. */
export function levelOf({ severity, alert, action }: RefreshStatus): Level {
  if (alert) return severity ?? "page";
  return action === "skipped" ? "skipped" : "fine";
}

/** The worst first, then whose end is nearest; the order of the configuration where nothing else decides. */
export function byUrgency(statuses: readonly RefreshStatus[]): readonly RefreshStatus[] {
  return statuses.toSorted((left, right) => {
    const worse = levels.indexOf(levelOf(left)) - levels.indexOf(levelOf(right));
    return worse === 0 ? endOf(left) - endOf(right) : worse;
  });
}

function endOf({ reauthBy, decaysAt, expiresAt }: RefreshStatus): number {
  const ends = [reauthBy, decaysAt].filter((date) => date !== undefined).map((date) => date.getTime());
  return ends.length === 0 ? (expiresAt?.getTime() ?? Number.MAX_SAFE_INTEGER) : Math.min(...ends);
}
