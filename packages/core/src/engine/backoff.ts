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
