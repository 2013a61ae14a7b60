import type { TokenwardError } from "../errors/error.ts";
import { parseGrantId } from "../grant.ts";
import type { StoredGrant } from "../grant.ts";
import type { GrantPlan } from "../plan.ts";
import { redact } from "../redactor.ts";
import type { RetirementStatus } from "../status.ts";
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
