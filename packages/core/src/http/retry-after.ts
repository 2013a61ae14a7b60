import type { HttpAnswer } from "./message.ts";

/** When `Retry-After` (RFC 9110, section 10.2.3: seconds or an HTTP date) lets the client come back. */
export function retryAfter(answer: HttpAnswer, now: Date): Date | undefined {
  const value = answer.headers["retry-after"]?.trim();
  if (value === undefined || value === "") return undefined;
  if (/^\d{1,9}$/.test(value)) return new Date(now.getTime() + Number(value) * 1000);
  // Date.parse makes dates of much else, and takes the oldest form (asctime), which names no zone, for local time.
  const isDate = /^[A-Za-z]{3,9},? .*\d{2}:\d{2}:\d{2}/.test(value);
  const date = isDate ? Date.parse(value.endsWith("GMT") ? value : `${value} GMT`) : Number.NaN;
  return Number.isNaN(date) ? undefined : new Date(Math.max(date, now.getTime()));
}
