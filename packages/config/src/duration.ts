const unitMilliseconds = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;

// Each unit once, from large to small, one blank between them at most: `1h30m` is read, `30m1h` is a slip.
const pattern = /^(?:(\d+)w ?)?(?:(\d+)d ?)?(?:(\d+)h ?)?(?:(\d+)m ?)?(?:(\d+)s ?)?(?:(\d+)ms)?$/;

/**
 * Milliseconds of a duration as people write it: `90s`, `24h`, `14d`, `1h30m`; units `w`, `d`, `h`, `m`, `s`, `ms`, each
 * at most once and from large to small. `undefined` where it is not one: a bare number has no unit and is refused.
 *
 * @example
 * ```ts
 * import { readDuration } from "@tokenward/config";
 *
 * readDuration("24h"); // 86_400_000
 * ```
 */
export function readDuration(text: string): number | undefined {
  const match = pattern.exec(text);
  if (match === null || text === "" || text !== text.trim()) return undefined;
  const factors = Object.values(unitMilliseconds);
  const total = factors.reduce((sum, factor, index) => sum + Number(match[index + 1] ?? 0) * factor, 0);
  return Number.isSafeInteger(total) ? total : undefined;
}
