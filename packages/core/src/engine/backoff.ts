import type { HttpAnswer } from "../http/message.ts";

/** How often a token is presented in one run at most, where presenting it again is safe. */
export const mostAttempts = 4;

/** Longer waits are left to the next run, in milliseconds. */
export const longestWait = 60_000;

const firstWait = 500;
const longestBackoff = 8_000;

/** Exponential with full jitter: some time between nothing and 0.5 s, 1 s, 2 s … 8 s, in milliseconds. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  return random() * Math.min(longestBackoff, firstWait * 2 ** (attempt - 1));
}

/** When `Retry-After` (RFC 9110, section 10.2.3: seconds or an HTTP date) lets the client come back. */
export function retryAfter(answer: HttpAnswer, now: Date): Date | undefined {
  const value = answer.headers["retry-after"]?.trim();
  if (value === undefined || value === "") return undefined;
  if (/^\d{1,9}$/.test(value)) return new Date(now.getTime() + Number(value) * 1000);
  // Date.parse makes dates of "-5" and "1e3", too; an HTTP date begins with the day's name.
  const date = /^[A-Za-z]{3}/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : new Date(Math.max(date, now.getTime()));
}
