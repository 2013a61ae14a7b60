const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A span in the largest unit that still says something: `45 s`, `12 min`, `26 h`, `179 days`. */
export function spanInWords(milliseconds: number): string {
  const span = Math.abs(milliseconds);
  const inUnits = (unit: number): number => Math.round(span / unit);
  if (inUnits(second) < 60) return `${inUnits(second)} s`;
  if (inUnits(minute) < 60) return `${inUnits(minute)} min`;
  if (inUnits(hour) < 48) return `${inUnits(hour)} h`;
  return `${inUnits(day)} days`;
}

/** A time as people say it, with the clock time today and the date otherwise: `in 2 h (21:30)`, `3 days ago (2026-11-19)`. */
export function timeInWords(time: Date, now: Date): string {
  const difference = time.getTime() - now.getTime();
  const span = spanInWords(difference);
  const relative = difference < 0 ? `${span} ago` : `in ${span}`;
  return `${relative} (${localDate(time) === localDate(now) ? localTime(time) : localDate(time)})`;
}

/** `1 grant`, `4 grants`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

// By hand: Intl would cost a cold start more than the whole table.
function localDate(time: Date): string {
  return `${time.getFullYear()}-${twoDigits(time.getMonth() + 1)}-${twoDigits(time.getDate())}`;
}

function localTime(time: Date): string {
  return `${twoDigits(time.getHours())}:${twoDigits(time.getMinutes())}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
