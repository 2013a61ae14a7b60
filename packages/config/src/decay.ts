import type { DecayDays } from "@tokenward/core";
import type { ConfigPath } from "./problem.ts";
import type { Reading } from "./reading.ts";
import type { DecayKeys } from "./schema.ts";

/** Days of a 90-day idle limit at which an unused grant is reported, unless the file says otherwise. */
export const defaultDecay: DecayDays = { warn: 60, page: 75, critical: 85 };

/** The days as the file states them, on top of those of the level above. */
export function readDecay(
  keys: DecayKeys | undefined,
  above: DecayDays | undefined,
  at: ConfigPath,
  reading: Reading,
): DecayDays | undefined {
  if (keys === undefined) return above;
  const { warn, page, critical } = above ?? defaultDecay;
  const days: DecayDays = {
    warn: keys.warn_days ?? warn,
    page: keys.page_days ?? page,
    critical: keys.hard_fail_days ?? critical,
  };
  if (days.warn >= days.page || days.page >= days.critical) {
    reading.report.mistake({
      path: at,
      message: `The days must rise: warn ${days.warn}, page ${days.page}, hard fail ${days.critical}.`,
      fix: "Write, for example, `decay: { warn_days: 60, page_days: 75, hard_fail_days: 85 }`.",
    });
  }
  return days;
}
