/** Hours of the day in which `warn` waits, as minutes after midnight; may reach over midnight. */
export interface QuietHours {
  readonly from: number;
  readonly to: number;
  /** IANA name, such as `Europe/Berlin`. Default: the machine's own. */
  readonly timeZone?: string | undefined;
}

const minuteMs = 60_000;

/** When the quiet hours that are now end; `undefined` where there are none now. */
export function quietUntil(now: Date, hours: QuietHours): Date | undefined {
  if (!isQuiet(minuteOfDay(now, hours.timeZone), hours)) return undefined;
  const start = Math.floor(now.getTime() / minuteMs) * minuteMs;
  // Minute by minute over the clock of the zone, so that a night of 23 or 25 hours ends when its clocks say so.
  for (let minute = 1; minute <= 26 * 60; minute++) {
    const then = new Date(start + minute * minuteMs);
    if (!isQuiet(minuteOfDay(then, hours.timeZone), hours)) return then;
  }
  return undefined;
}

function isQuiet(minute: number, { from, to }: QuietHours): boolean {
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}

function minuteOfDay(date: Date, timeZone: string | undefined): number {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone });
    formats.set(timeZone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(date).map(({ type, value }) => [type, Number(value)]));
  return (parts["hour"] ?? 0) * 60 + (parts["minute"] ?? 0);
}

const formats = new Map<string | undefined, Intl.DateTimeFormat>();
