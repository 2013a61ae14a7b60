const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds of a duration such as `24h`; `undefined` where it is none. */
export function secondsOf(duration: string | number): number | undefined {
  if (typeof duration === "number") return duration;
  const match = /^(\d+(?:\.\d+)?)\s*([smhd])$/.exec(duration.trim());
  return match === null ? undefined : Number(match[1]) * (units[match[2] as string] as number);
}
