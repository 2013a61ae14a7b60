import { messageOf, TokenwardError } from "../errors/error.ts";
import { fingerprintOf, presentedBy, sameVersion } from "../fingerprint.ts";
import { nothingStored, type StoredGrant, type Version } from "../grant.ts";
import { backoff } from "./backoff.ts";
import { writeBackDeadline } from "./context.ts";
import { withDeadline } from "./deadline.ts";
import type { Pass } from "./pass.ts";
import { step } from "./step.ts";
import { retiredError } from "./retired.ts";
import { find, isRetired, type Found } from "./stored.ts";

/** How a save ended. */
export type Saved =
  | { readonly kind: "saved"; readonly grant: StoredGrant }
  /** A human consented anew, or another machine saved, in between; theirs stays. */
  | { readonly kind: "superseded"; readonly found: Found }
  | { readonly kind: "failed"; readonly error: TokenwardError };

const mostTries = 4;

/**
 * Step 9: replaces `expected` by `next`, with bounded retries. What is found there instead is kept, unless it is a
 * token that was already spent: an older copy that came back while the exchange was under way.
 */
export async function save(pass: Pass, next: StoredGrant, expected: Version): Promise<Saved> {
  return await step("save", pass.subject, async () => {
    let replaced = expected;
    let last: unknown;
    for (let attempt = 1; attempt <= mostTries; attempt++) {
      if (attempt > 1) await pass.context.clock.sleep(backoff(attempt - 1));
      try {
        await saveOnce(pass, next, replaced);
        return { kind: "saved", grant: next };
      } catch (thrown) {
        last = thrown;
      }
      const seen = await lookAgain(pass);
      if (seen === "unreadable") continue;
      if (seen === undefined) replaced = nothingStored;
      else if (holds(pass, seen, next)) return { kind: "saved", grant: next };
      else if (sameVersion(seen.version, replaced)) continue;
      // Moved or forgotten while it was under way: the new token must not go under with a tombstone.
      else if (isRetired(seen)) return { kind: "failed", error: saveError(pass, retiredError(pass.plan, seen)) };
      // Ours, in part: a place that takes several writes for one save got the first of them.
      else if (seen.fingerprint !== undefined && seen.fingerprint === next.fingerprint) replaced = seen.version;
      else if (await isStale(pass, seen, expected)) replaced = seen.version;
      else return { kind: "superseded", found: seen };
    }
    return { kind: "failed", error: saveError(pass, last) };
  });
}

async function saveOnce(pass: Pass, next: StoredGrant, expected: Version): Promise<void> {
  const { plan, context } = pass;
  await withDeadline(
    plan.writeBack.save(plan.id, next, expected, context.io()),
    writeBackDeadline,
    "saving took too long",
  );
}

// A save that failed may still have happened, or somebody else's did. The store itself is asked, not the error.
async function lookAgain(pass: Pass): Promise<Found | undefined | "unreadable"> {
  try {
    const found = await find(pass.plan, pass.target, pass.context);
    return found?.stored === true ? found : undefined;
  } catch {
    return "unreadable";
  }
}

// The token that was just exchanged, or an older one: a copy that came back, not a human's new consent.
async function isStale(pass: Pass, seen: Found, expected: Version): Promise<boolean> {
  if (seen.fingerprint === undefined) return false;
  return seen.fingerprint === expected.fingerprint || (await pass.held.isSpent(seen.fingerprint)) !== undefined;
}

function holds(pass: Pass, found: Found, next: StoredGrant): boolean {
  const presented = presentedBy(next, pass.traits);
  const wanted = presented === undefined ? undefined : fingerprintOf(pass.target, presented);
  return found.stored && found.version.generation === next.generation && found.fingerprint === wanted;
}

// A conflict with nobody: what is stored was read again, and is what the save wanted to replace.
const refusedUnchanged = {
  reason: "it refuses the save as one that comes too late, although nothing newer is stored",
  remedy: "Find out what else writes to this place",
};

function checkWriteBack({ plan }: Pass): string {
  return `Check the write-back (${plan.writeBackName})`;
}

function saveError(pass: Pass, thrown: unknown): TokenwardError {
  const ours = TokenwardError.is(thrown) ? thrown : undefined;
  const { reason = ours?.facts["where"] ?? messageOf(thrown), remedy = checkWriteBack(pass) } =
    ours?.code === "ERR_WRITEBACK_CONFLICT" ? refusedUnchanged : (ours?.facts ?? {});
  return new TokenwardError(
    "ERR_WRITEBACK_SAVE_FAILED",
    { grant: pass.plan.id, reason: String(reason), remedy },
    { cause: thrown, class: "write-back" },
  );
}
