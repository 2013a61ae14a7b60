// Some servers say "never" as 68 years; ten are as good, and no arithmetic on them goes wrong.
const longestKept = 10 * 365 * 86_400;
// Whatever says more counts in other units than seconds, or is damaged.
const longestBelieved = 100 * 365 * 86_400;
// 1973 in milliseconds, 5138 in seconds: no token of today ends in either.
const firstMilliseconds = 1e11;

const number = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?\s*$/i;
const iso = /^\s*\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?\s*([Zz]|[+-]\d{2}:?\d{2})?\s*$/;

/** What a field said about a token's end: a date, nothing, or something that cannot be believed. */
export type StatedEnd = Date | undefined | "odd";

/**
 * The end that a number of seconds from now gives; numbers may be strings. What is no number, negative or beyond a
 * century is odd. Never an invalid date.
 *
 * @param zero what 0 means: odd, or (refresh tokens, Keycloak) that there is no end
 */
export function endAfter(value: unknown, now: Date, zero: "odd" | "endless"): StatedEnd {
  if (value === undefined || value === null || value === "") return undefined;
  const seconds = numberOf(value);
  if (seconds === 0) return zero === "endless" ? undefined : "odd";
  if (seconds === undefined || seconds > longestKept) {
    // Some servers put an absolute time here, which as a lifetime would be half a century.
    const absolute = endAt(value, now);
    if (absolute instanceof Date) return absolute;
  }
  if (seconds === undefined || seconds < 0 || seconds > longestBelieved) return "odd";
  return new Date(now.getTime() + Math.floor(Math.min(seconds, longestKept) * 1000));
}

/**
 * The end that an absolute time gives: seconds or milliseconds since 1970, or ISO 8601 (UTC where it names no zone).
 * An end that has passed is odd, because the token was minted just now.
 */
export function endAt(value: unknown, now: Date): StatedEnd {
  if (value === undefined || value === null || value === "" || value === 0) return undefined;
  const end = timeOf(value);
  if (end === undefined || end <= now.getTime() || end - now.getTime() > longestBelieved * 1000) return "odd";
  return new Date(Math.min(end, now.getTime() + longestKept * 1000));
}

function timeOf(value: unknown): number | undefined {
  const epoch = numberOf(value);
  if (epoch !== undefined) return Math.floor(epoch >= firstMilliseconds ? epoch : epoch * 1000);
  if (typeof value !== "string") return undefined;
  const zone = iso.exec(value);
  if (zone === null) return undefined;
  const time = Date.parse(zone[3] === undefined ? `${value.trim()}Z` : value.trim());
  return Number.isNaN(time) ? undefined : time;
}

function numberOf(value: unknown): number | undefined {
  const parsed = typeof value === "string" && number.test(value) ? Number(value) : value;
  return typeof parsed === "number" && Number.isFinite(parsed) ? parsed : undefined;
}
