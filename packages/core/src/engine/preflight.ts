import { TokenwardError } from "../errors/error.ts";
import { writeBackDeadline } from "./context.ts";
import { withDeadline } from "./deadline.ts";
import { failedWith, type Outcome } from "./outcome.ts";
import { rotates, type Pass } from "./pass.ts";
import { writeBackError, type Found } from "./stored.ts";

/** Platforms lengthen their tokens now and then; the probe asks for room to spare. */
const spareBytes = 4096;

/** Refuses a rotating grant whose successor, or whose journal, would be gone with this run. */
export function refuseUndurable(pass: Pick<Pass, "plan" | "traits" | "context">, found: Found): Outcome | undefined {
  const { plan, traits, context } = pass;
  if (!rotates(traits)) return undefined;
  if (!plan.writeBack.traits.outlivesRun) {
    const error = new TokenwardError("ERR_WRITEBACK_NOT_DURABLE", { grant: plan.id, writeback: plan.writeBackName });
    return failedWith(error, "refused", { judged: false, grant: found.grant });
  }
  const claimless = plan.writeBack.claim === undefined;
  if (context.state.traits.ephemeral && claimless && traits.reuse === "strict") {
    const error = new TokenwardError("ERR_STATE_EPHEMERAL", { grant: plan.id, writeback: plan.writeBackName });
    return failedWith(error, "refused", { judged: false, grant: found.grant });
  }
  return undefined;
}

/** Step 5: no single-use token is spent while its successor could not be saved. */
export async function probe(pass: Pass, found: Found): Promise<Outcome | undefined> {
  const { plan, context, traits } = pass;
  if (!rotates(traits)) return undefined;
  const longest = Math.max(
    found.grant.accessToken?.reveal().length ?? 0,
    found.grant.refreshToken?.reveal().length ?? 0,
  );
  const shape = { longestToken: 2 * longest + spareBytes, rotates: true };
  try {
    await withDeadline(
      plan.writeBack.probe(plan.id, shape, context.io()),
      writeBackDeadline,
      "the probe took too long",
    );
    return undefined;
  } catch (thrown) {
    return failedWith(writeBackError(plan, thrown, "ERR_WRITEBACK_UNWRITABLE"), "write-back", { grant: found.grant });
  }
}
