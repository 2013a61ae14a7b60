import { TokenwardError } from "../errors/error.ts";
import type { SpentToken } from "../state.ts";
import { fingerprintIn } from "./deliver.ts";
import { failedWith, type Outcome } from "./outcome.ts";
import { nextGeneration, type Pass, type Standing } from "./pass.ts";
import type { Settled } from "./recover.ts";
import { save } from "./save.ts";
import { find, type Found } from "./stored.ts";

/** Whether what was found is a token that was exchanged for another one before. */
export async function spentToken(pass: Pass, found: Found): Promise<SpentToken | undefined> {
  return found.fingerprint === undefined ? undefined : await pass.held.isSpent(found.fingerprint);
}

/**
 * Step 4, its first half: a spent token is never presented on a strict grant, wherever it came from. The newest grant
 * that the state knows is put back in its place; so it is where the write-back lost the grant altogether.
 */
export async function putBackNewest(pass: Pass, standing: Standing): Promise<Settled> {
  const { found, snapshot } = standing;
  const spent = found === undefined ? undefined : await spentToken(pass, found);
  if (found !== undefined && spent === undefined) return { kind: "standing", standing };
  const { last } = snapshot;
  const newest = last === undefined ? undefined : fingerprintIn(pass, last);
  const alive =
    newest === undefined
      ? // Nothing is ever presented of a grant that only a human renews, so nothing of it can be spent.
        found === undefined && last?.accessToken !== undefined
      : newest !== found?.fingerprint && (await pass.held.isSpent(newest)) === undefined;
  if (last === undefined || !alive) {
    if (spent === undefined || pass.traits.reuse === "retry-safe") return { kind: "standing", standing };
    return { kind: "outcome", outcome: refuseSpent(pass, spent, found) };
  }

  const next = { ...last, generation: nextGeneration(found, last), claim: undefined, unfinished: undefined };
  const saved = await save(pass, next, found?.version ?? { generation: 0 });
  if (saved.kind === "failed")
    return { kind: "outcome", outcome: failedWith(saved.error, "write-back", { grant: last }) };
  if (saved.kind === "saved") {
    // An exchange in doubt stays open: what was put back may be the very token it is about.
    const { open } = snapshot;
    await pass.held.close({
      last: saved.grant,
      ...(open === undefined ? {} : { inDoubtSince: open.inDoubtSince ?? pass.context.clock.now() }),
    });
  }
  const why =
    spent === undefined
      ? "the write-back had lost it"
      : `an older copy, spent at ${spent.at.toISOString()}, had come back`;
  pass.context.note(`${pass.plan.id}: the newest token was put back, because ${why}.`);
  return {
    kind: "standing",
    standing: {
      ...standing,
      found: await find(pass.plan, pass.target, pass.context),
      snapshot: await pass.held.snapshot(),
      adopted: `the newest token was put back, because ${why}`,
    },
  };
}

function refuseSpent(pass: Pass, spent: SpentToken, found: Found | undefined): Outcome {
  const error = new TokenwardError(
    "ERR_AUTH_TOKEN_SPENT",
    { grant: pass.plan.id, host: spent.host, when: spent.at.toISOString(), remedy: "Put the newer token back" },
    { class: "reauth" },
  );
  return failedWith(error, "reauth", { grant: found?.grant });
}
