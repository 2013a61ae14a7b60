import { TokenwardError } from "../errors/error.ts";
import { withdrawClaim } from "./claims.ts";
import { find, type Found } from "./stored.ts";
import { failedWith, refusalError, type Outcome } from "./outcome.ts";
import type { Intent } from "../grant.ts";
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
  intent: Intent | undefined,
): Promise<{ readonly outcome: Outcome; readonly again: boolean }> {
  if (wasRenewed(pass, reading, doubt)) return await renewedUnheard(pass, found, intent);
  if (reading.class === "reauth") {
    const now = await find(pass.plan, pass.target, pass.context).catch(() => found);
    if (now !== undefined && now.fingerprint !== found.fingerprint) {
      await pass.held.close({});
      const outcome: Outcome = wasReplay(pass, found, now)
        ? failedWith(new TokenwardError("ERR_AUTH_REPLAYED", { grant: pass.plan.id }), "refused", { grant: now.grant })
        : { action: "healthy", detail: "Another process saved a newer token meanwhile.", grant: now.grant };
      return { outcome, again: false };
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

// No human consented in between, so what is newer was made of the very token that was just presented a second time. A
// strict platform may have ended the grant for that, the newer token with it: nobody must take it for healthy unasked.
function wasReplay({ traits }: Pass, found: Found, now: Found): boolean {
  const consented = now.grant.consentedAt?.getTime() !== found.grant.consentedAt?.getTime();
  const byHand = now.version.generation === undefined;
  return traits.reuse === "strict" && !consented && !byHand && now.grant.retired === undefined;
}

// Where a token must have an age, no platform documents how it turns a younger one away; one whose last request went
// unanswered is young now if that request was heard, and no mistake of anybody's.
// Older doubt than that explains nothing, and must hide no mistake.
function wasRenewed({ traits, context }: Pass, reading: Refused, doubt: Doubt | undefined): boolean {
  if (doubt === undefined || reading.class !== "client" || traits.minimumAgeSeconds === undefined) return false;
  return context.clock.now().getTime() - doubt.at.getTime() < traits.minimumAgeSeconds * 1000;
}

/** The lost answer's exchange did happen. A later run, when the token is old enough again, finds out what became of it. */
async function renewedUnheard(
  pass: Pass,
  found: Found,
  intent: Intent | undefined,
): Promise<{ readonly outcome: Outcome; readonly again: boolean }> {
  await pass.held.close({});
  if (intent !== undefined) await withdrawClaim(pass, intent);
  const reading: Refused = {
    kind: "refused",
    class: "too-early",
    detail:
      "an earlier request went unanswered, and the platform turns the token away as it does one that it has just renewed",
  };
  return { outcome: failedWith(refusalError(pass.plan, reading), "too-early", { grant: found.grant }), again: false };
}
