import { TokenwardError } from "../errors/error.ts";
import { presentedBy, fingerprintOf } from "../fingerprint.ts";
import type { Intent, StoredGrant } from "../grant.ts";
import type { Exchanged } from "../refresher.ts";
import type { SpentToken } from "../state.ts";
import { emitCapsule, type Unsaved } from "./capsule.ts";
import { factsChanged, nextGrant } from "./next-grant.ts";
import { failedWith, type Outcome } from "./outcome.ts";
import { nextGeneration, rotates, type Pass, type Standing } from "./pass.ts";
import { save } from "./save.ts";
import { step } from "./step.ts";
import type { Found } from "./stored.ts";

/** How the tokens of an answer reached the write-back. */
export type Delivered =
  | { readonly kind: "delivered"; readonly grant: StoredGrant; readonly changed: boolean }
  | { readonly kind: "superseded"; readonly found: Found }
  | { readonly kind: "failed"; readonly outcome: Outcome };

/**
 * Steps 9 and 10: saves what an exchange returned, then closes the journal. The journal keeps the answer until the
 * write-back has it.
 *
 * @param journaled whether the answer is durable in the state; without that and without a save it would be lost
 */
export async function deliver(
  pass: Pass,
  standing: Standing & { readonly found: Found },
  exchanged: Exchanged,
  times: {
    readonly sentAt: Date;
    readonly receivedAt: Date;
    readonly intent: Intent | undefined;
    readonly journaled: boolean;
  },
): Promise<Delivered> {
  const { found, snapshot } = standing;
  const generation = nextGeneration(found, snapshot.last);
  const next = nextGrant(pass.target, found.grant, exchanged, times, pass.traits, generation);
  const changed = next.fingerprint !== found.fingerprint;
  const spent = changed ? spentBy(pass, times, found) : undefined;
  const mustSave = rotates(pass.traits) || changed || factsChanged(found.grant, next);

  let stored = next;
  if (mustSave) {
    const saved = await save(pass, next, found.version);
    if (saved.kind === "superseded") {
      await close(pass, { last: saved.found.grant, spent });
      return saved;
    }
    if (saved.kind === "failed") {
      const unsaved = { grant: next, replaces: found.version, intent: times.intent };
      return { kind: "failed", outcome: await undelivered(pass, unsaved, saved.error, times.journaled) };
    }
    stored = saved.grant;
  } else {
    // Nothing that must outlive this machine changed; the minted token is kept in the state alone.
    stored = { ...next, generation: found.version.generation };
  }
  await close(pass, {
    last: stored,
    spent,
    refused: null,
    facts: { refreshedAt: times.receivedAt, lastUsedAt: times.sentAt, grant: pass.plan.id },
  });
  return { kind: "delivered", grant: stored, changed };
}

function spentBy(
  pass: Pass,
  times: { readonly sentAt: Date; readonly intent: Intent | undefined },
  found: Found,
): SpentToken | undefined {
  const fingerprint = times.intent?.version.fingerprint ?? found.fingerprint;
  if (fingerprint === undefined) return undefined;
  return {
    fingerprint,
    at: times.sentAt,
    host: times.intent?.host ?? pass.context.host,
    generation: times.intent?.version.generation ?? found.version.generation,
  };
}

async function close(pass: Pass, closing: Parameters<Pass["held"]["close"]>[0]): Promise<void> {
  await step("close", pass.subject, async () => await pass.held.close(closing));
}

// The exchange happened, and its tokens are not where they belong. The journal stays open: the next run delivers.
async function undelivered(pass: Pass, unsaved: Unsaved, error: TokenwardError, journaled: boolean): Promise<Outcome> {
  const capsule = await emitCapsule(pass, unsaved);
  const facts = { severity: "critical", grant: unsaved.grant } as const;
  const told = (outcome: Outcome): Outcome => ({ ...outcome, detail: outcome.detail + capsule });
  if (journaled) return told(failedWith(error, "write-back", facts));
  const lost = new TokenwardError(
    "ERR_AUTH_ANSWER_LOST",
    { grant: pass.plan.id },
    { cause: error, class: "write-back" },
  );
  return told(failedWith(lost, "write-back", facts));
}

/** The fingerprint that an exchange of this grant would present. */
export function fingerprintIn(pass: Pass, grant: StoredGrant): string | undefined {
  const presented = presentedBy(grant, pass.traits);
  return presented === undefined ? undefined : fingerprintOf(pass.target, presented);
}
