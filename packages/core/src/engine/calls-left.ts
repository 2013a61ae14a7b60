import type { HttpAnswer } from "../http/message.ts";

// 2001 as seconds since the epoch; as a span it would be decades.
const firstEpoch = 1e9;
const farthest = 24 * 3_600_000;

/** What is left of a budget of calls, and until when. */
export interface CallsLeft {
  readonly remaining: number;
  readonly until: Date;
}

/**
 * What an answer's headers say is left of a budget: `ratelimit-remaining` and `ratelimit-reset` (IETF draft "RateLimit
 * header fields for HTTP", 2026), or the same with `x-` before them. A reset is a number of seconds, or an epoch.
 * `undefined` where either is absent or odd.
 */
export function callsLeft({ headers, receivedAt }: Pick<HttpAnswer, "headers" | "receivedAt">): CallsLeft | undefined {
  const now = receivedAt;
  for (const prefix of ["ratelimit-", "x-ratelimit-"]) {
    const remaining = numberOf(headers[`${prefix}remaining`]);
    const reset = numberOf(headers[`${prefix}reset`]);
    if (remaining === undefined || reset === undefined) continue;
    const until = reset >= firstEpoch ? reset * 1000 : now.getTime() + reset * 1000;
    if (until < now.getTime() || until > now.getTime() + farthest) continue;
    return { remaining, until: new Date(until) };
  }
  return undefined;
}

function numberOf(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,12}$/.test(value.trim()) ? Number(value.trim()) : undefined;
}
