import type { RefreshReport, RefreshStatus } from "@tokenward/core";
import { byUrgency } from "./urgency.ts";
import { counted, nameOf, spanInWords } from "./words.ts";

/** In one sentence: does anything need a human, what most of all, and by when? */
export function headlineOf(report: RefreshReport, now: Date): string {
  const needing = byUrgency(report.statuses).filter(({ alert }) => alert);
  const [worst] = needing;
  if (worst === undefined) {
    const others = [...report.writeBacks, ...report.notifiers, ...report.installation].filter(({ alert }) => alert);
    if (others.length > 0) return "All grants are fine; something around them needs a human.";
    return report.statuses.length === 0 ? "No grant was selected." : "Nothing needs a human.";
  }
  const who =
    needing.length === 1
      ? `${nameOf(worst)} needs a human`
      : `${counted(needing.length, "grant")} need a human, first of all ${nameOf(worst)}`;
  return `${who}${deadlineOf(worst, now)}.`;
}

// Of what failed, the end of the grant is no deadline: it is already the matter.
function deadlineOf({ reauthBy, action }: RefreshStatus, now: Date): string {
  const failed = action === "failed" || action === "in-doubt";
  return failed || reauthBy === undefined || reauthBy <= now ? " now" : ` ${spanInWords(reauthBy, now)} at the latest`;
}
