// RFC 3339, section 5.6. The year is four digits, the offset is mandatory: a time without one means another moment
// on every machine.
const pattern = /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(\.\d+)?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

/** The moment that an RFC 3339 date-time names, or `undefined` where the text is not one (also for 30 February). */
export function readTimestamp(text: string): Date | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const offsetHours = Number(match[9] ?? 0);
  const offsetMinutes = Number(match[10] ?? 0);
  if (hour > 23 || minute > 59 || second > 60 || offsetHours > 23 || offsetMinutes > 59) return undefined;
  const wall = new Date(0);
  wall.setUTCFullYear(year, month - 1, day);
  if (wall.getUTCMonth() !== month - 1 || wall.getUTCDate() !== day) return undefined;
  // A leap second (60) becomes the next minute's first, as POSIX clocks do.
  wall.setUTCHours(hour, minute, second, Math.trunc(Number(match[7] ?? 0) * 1000));
  const offset = (offsetHours * 60 + offsetMinutes) * 60_000 * (match[8] === "-" ? -1 : 1);
  return new Date(wall.getTime() - offset);
}
