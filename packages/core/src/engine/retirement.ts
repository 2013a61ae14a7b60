import { messageOf, TokenwardError } from "../errors/error.ts";
import { parseGrantId } from "../grant.ts";
import type { StoredGrant, Version } from "../grant.ts";
import type { GrantPlan } from "../plan.ts";
import { redact } from "../redactor.ts";
import type { RetirementStatus } from "../status.ts";
import { backoff } from "./backoff.ts";
import { writeBackDeadline, type EngineContext } from "./context.ts";
import { withDeadline } from "./deadline.ts";
import { writeBackError } from "./stored.ts";

/** What is to be told about moving or forgetting one grant. */
export function retirementStatus(
  plan: Pick<GrantPlan, "id">,
  action: RetirementStatus["action"],
  detail: string,
  more: Partial<Omit<RetirementStatus, "platform" | "account" | "action" | "detail">> = {},
): RetirementStatus {
  const { platform, account } = parseGrantId(plan.id);
  const alert = action === "failed";
  return { platform, account, action, alert, judged: true, detail: redact(detail), ...more };
}

/** The status of something that stood against it. */
export function notRetired(
  plan: Pick<GrantPlan, "id">,
  error: TokenwardError,
  more: Partial<RetirementStatus> = {},
): RetirementStatus {
  return retirementStatus(plan, "failed", `${error.message} ${error.fix}`, { code: error.code, ...more });
}

/**
 * What a place holds, with its tombstone, and nothing that the environment seeds.
 *
 * @throws `ERR_WRITEBACK_*`
 */
export async function readPlace(plan: GrantPlan, context: EngineContext): Promise<StoredGrant | undefined> {
  try {
    return await withDeadline(plan.writeBack.read(plan.id, context.io()), writeBackDeadline, "reading took too long");
  } catch (thrown) {
    throw writeBackError(plan, thrown, "ERR_WRITEBACK_UNREADABLE");
  }
}

/** Whether what is stored holds a token, as opposed to a tombstone, a claim that stands alone, or nothing. */
export function holdsToken(stored: StoredGrant | undefined): stored is StoredGrant {
  if (stored === undefined || stored.retired !== undefined) return false;
  return stored.refreshToken !== undefined || stored.accessToken !== undefined;
}

const mostTries = 3;

/**
 * Leaves a tombstone and takes every token away. A place may need several writes for that, and be left between two of
 * them: its tombstone is there then, and so is a token that others can read. So one that is there already is completed,
 * and nothing but a call that succeeded counts.
 *
 * @returns why a token may be left, and what to do about it; `undefined` where none is
 */
export async function leaveTombstone(
  plan: GrantPlan,
  version: Version,
  movedTo: string | undefined,
  context: EngineContext,
): Promise<Trouble | undefined> {
  let failure: unknown;
  for (let attempt = 1; attempt <= mostTries; attempt++) {
    if (attempt > 1) await context.clock.sleep(backoff(attempt - 1));
    try {
      const retired = Promise.resolve(plan.writeBack.retire?.(plan.id, version, context.io(), movedTo));
      await withDeadline(retired, writeBackDeadline, "leaving the tombstone took too long");
      const left = await readPlace(plan, context);
      return holdsToken(left) ? { reason: "it still gives the token back", remedy: mendIt } : undefined;
    } catch (thrown) {
      failure = thrown;
    }
  }
  return troubleOf(failure);
}

/** What stands against something, in halves of sentences. */
export interface Trouble {
  readonly reason: string;
  /** An imperative that fits before ", then". */
  readonly remedy: string;
}

const mendIt = "Mend that";

/** What a place refused or could not do. Plugins may throw anything. */
export function troubleOf(thrown: unknown): Trouble {
  const { reason, remedy = mendIt } = TokenwardError.is(thrown) ? thrown.facts : {};
  return { reason: String(reason ?? messageOf(thrown).replace(/\.$/, "")), remedy: String(remedy) };
}
