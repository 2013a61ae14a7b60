import type { QuietHours } from "@tokenward/core";

const clock = /^([01]\d|2[0-3]):([0-5]\d)$/;

/** Quiet hours as people write them, or what is wrong with them. */
export function readQuietHours(
  written: string | { readonly from: string; readonly to: string; readonly time_zone?: string | undefined },
): QuietHours | string {
  const parts =
    typeof written === "string" ? written.split("-").map((part) => part.trim()) : [written.from, written.to];
  const [from, to] = parts.map((part) => minuteOf(part));
  if (parts.length !== 2 || from === undefined || to === undefined)
    return 'must be "22:00-07:00", with hours and minutes of a day';
  if (from === to) return "must begin and end at two different times";
  const timeZone = typeof written === "string" ? undefined : written.time_zone;
  if (timeZone !== undefined && !isTimeZone(timeZone)) return "must name a time zone such as Europe/Berlin";
  return { from, to, timeZone };
}

function minuteOf(text: string): number | undefined {
  const [, hours, minutes] = clock.exec(text) ?? [];
  return hours === undefined ? undefined : Number(hours) * 60 + Number(minutes);
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
