import type { RefreshStatus } from "@tokenward/core";

const hour = 3_600_000;
const dayMs = 24 * hour;

/** `tiktok`, or `tiktok/brand-a`. */
export function nameOf({ platform, account }: Pick<RefreshStatus, "platform" | "account">): string {
  return account === undefined ? platform : `${platform}/${account}`;
}

/** `in 5 hours`, `in 9 days`, `3 days ago`, `now`. */
export function spanInWords(time: Date, now: Date): string {
  const difference = time.getTime() - now.getTime();
  const span = Math.abs(difference);
  const words =
    span < 90 * 60_000
      ? counted(Math.max(1, Math.round(span / 60_000)), "minute")
      : span < 2 * dayMs
        ? counted(Math.round(span / hour), "hour")
        : counted(Math.floor((span + 60_000) / dayMs), "day");
  if (span < 30_000) return "now";
  return difference < 0 ? `${words} ago` : `in ${words}`;
}

/** `1 grant`, `4 grants`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** `2026-12-24 10:00 UTC`. */
export function minuteOf(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** The command that a sentence recommends, where it names one. */
export function commandIn(detail: string): string | undefined {
  return /`(tokenward [^`]+)`/.exec(detail)?.[1];
}
