const hour = 3_600_000;
const day = 24 * hour;

/** The marks of the time line. An hour and a year are both to be read, so the steps grow. */
export const ticks: readonly { readonly label: string; readonly words: string; readonly span: number }[] = [
  { label: "now", words: "now", span: 0 },
  { label: "1 h", words: "one hour", span: hour },
  { label: "1 d", words: "one day", span: day },
  { label: "7 d", words: "seven days", span: 7 * day },
  { label: "30 d", words: "thirty days", span: 30 * day },
  { label: "90 d", words: "ninety days", span: 90 * day },
  { label: "1 y", words: "one year", span: 365 * day },
];

/** Where a time stands on the line, from 0 (now, or over) to 100 (in a year, or later). */
export function placeOf(time: Date, now: Date): number {
  const span = time.getTime() - now.getTime();
  if (span <= 0) return 0;
  const above = ticks.findIndex((tick) => tick.span >= span);
  if (above === -1) return 100;
  const [low, high] = [ticks[above - 1], ticks[above]] as [(typeof ticks)[number], (typeof ticks)[number]];
  const share = (span - low.span) / (high.span - low.span);
  return Math.round(((above - 1 + share) / (ticks.length - 1)) * 100);
}

/** Where the n-th tick stands. */
export function tickPlace(index: number): number {
  return Math.round((index / (ticks.length - 1)) * 100);
}
