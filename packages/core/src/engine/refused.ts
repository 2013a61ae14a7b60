import { find, type Found } from "./stored.ts";
import { failedWith, refusalError, type Outcome } from "./outcome.ts";
import type { Doubt, Pass } from "./pass.ts";
import type { Refused } from "../refresher.ts";

/**
 * A definite refusal: nothing was exchanged, and what earlier presentations left in doubt stays so. `invalid_grant` is
 * believed only after a second look still finds the token that was presented; otherwise somebody else was faster, and
 * theirs is the grant now.
 */
export async function refused(
  pass: Pass,
  found: Found,
  reading: Refused,
  doubt: Doubt | undefined,
): Promise<{ readonly outcome: Outcome; readonly again: boolean }> {
  if (reading.class === "reauth") {
    const now = await find(pass.plan, pass.target, pass.context).catch(() => found);
    if (now !== undefined && now.fingerprint !== found.fingerprint) {
      await pass.held.close({});
      return {
        outcome: { action: "healthy", detail: "Another process saved a newer token meanwhile.", grant: now.grant },
        again: false,
      };
    }
  }
  const dead = reading.class === "reauth" ? found.fingerprint : undefined;
  await pass.held.close(
    dead === undefined
      ? { inDoubtSince: doubt?.since }
      : { refused: { fingerprint: dead, at: pass.context.clock.now(), error: reading.error } },
  );
  const error = refusalError(pass.plan, reading);
  const again = reading.class === "transient" || reading.class === "throttled";
  return { outcome: failedWith(error, reading.class, { grant: found.grant }), again };
}
