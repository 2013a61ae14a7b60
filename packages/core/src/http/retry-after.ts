import type { HttpAnswer } from "./message.ts";

/** When `Retry-After` (RFC 9110, section 10.2.3: seconds or an HTTP date) lets the client come back. */
export function retryAfter(answer: HttpAnswer, now: Date): Date | undefined {
  const value = answer.headers["retry-after"]?.trim();
  if (value === undefined || value === "") return undefined;
  if (/^\d{1,9}$/.test(value)) return new Date(now.getTime() + Number(value) * 1000);
  // Date.parse makes dates of "-5" and "1e3", too; an HTTP date begins with the day's name.
  const date = /^[A-Za-z]{3}/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : new Date(Math.max(date, now.getTime()));
}
