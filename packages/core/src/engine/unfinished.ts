import { writeBackDeadline } from "./context.ts";
import { withDeadline } from "./deadline.ts";
import { failedWith } from "./outcome.ts";
import { nextGeneration, type Pass, type Standing } from "./pass.ts";
import { find, writeBackError } from "./stored.ts";
import type { Settled } from "./recover.ts";

/**
 * The end of step 3: a save that was interrupted half-way is repeated, so that whoever reads the place without Tokenward
 * sees the new token, too.
 */
export async function finishSave(pass: Pass, standing: Standing): Promise<Settled> {
  const { plan, context } = pass;
  const { found } = standing;
  if (found?.grant.unfinished !== true) return { kind: "standing", standing };
  const generation = found.version.generation ?? nextGeneration(found, standing.snapshot.last);
  const { fingerprint } = found;
  const same = { ...found.grant, generation, fingerprint, claim: undefined, unfinished: undefined };
  try {
    const saved = plan.writeBack.save(plan.id, same, found.version, context.io());
    await withDeadline(saved, writeBackDeadline, "saving took too long");
  } catch (thrown) {
    const error = writeBackError(plan, thrown, "ERR_WRITEBACK_UNWRITABLE");
    return { kind: "outcome", outcome: failedWith(error, "write-back", { grant: found.grant }) };
  }
  context.note(`${plan.id}: a save that had been interrupted half-way is complete now.`);
  return { kind: "standing", standing: { ...standing, found: await find(plan, pass.target, context) } };
}
