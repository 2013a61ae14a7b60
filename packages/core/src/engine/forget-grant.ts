import type { Alerting } from "../alerts/alerting.ts";
import { TokenwardError } from "../errors/error.ts";
import { environmentFields, environmentName } from "../environment.ts";
import type { GrantPlan } from "../plan.ts";
import type { Held } from "../state.ts";
import type { RetirementStatus } from "../status.ts";
import { allClear } from "./findings.ts";
import type { EngineContext } from "./context.ts";
import { spentByIntent } from "./recover.ts";
import { holdLease, outcomeOfThrown } from "./refresh-path.ts";
import { retiredError } from "./retired.ts";
import { leaveTombstone, notRetired, retirementStatus } from "./retirement.ts";
import { find, isRetired, targetOf, type Found } from "./stored.ts";

/**
 * Leaves a tombstone in place of a grant and clears this machine's copies of its tokens. The platform is not told.
 */
export async function forgetGrant(
  plan: GrantPlan,
  context: EngineContext,
  alerting: Alerting,
): Promise<RetirementStatus> {
  try {
    const target = await targetOf(plan, context.io());
    const status = await holdLease(plan, target, context, async (held) => await forget(plan, target, held, context));
    if (status.action !== "failed") {
      await alerting.sight([allClear(plan, status.detail, context.clock.now())]);
    }
    return status;
  } catch (thrown) {
    const { detail, error, judged } = outcomeOfThrown(plan, thrown, context);
    return retirementStatus(plan, "failed", detail, { code: error?.code, judged: judged ?? true });
  }
}

async function forget(plan: GrantPlan, target: string, held: Held, context: EngineContext): Promise<RetirementStatus> {
  const found = await find(plan, target, context);
  if (isRetired(found) && found.grant.retired.movedTo !== undefined) {
    return notRetired(plan, retiredError(plan, found), { from: target });
  }
  const snapshot = await held.snapshot();
  const objection = isRetired(found) ? undefined : objectionTo(plan, found, target, context);
  if (objection !== undefined) return objection;
  // A tombstone that is there may be of an attempt that got no further.
  const retired = await retire(plan, found, target, context);
  if (retired !== undefined) return retired;
  const { open, last, refused } = snapshot;
  if (open !== undefined || last !== undefined || refused !== undefined) {
    // Nobody will know any more whether an open exchange succeeded, so its token must never be presented again.
    const spent = open === undefined ? undefined : spentByIntent(open.intent);
    await held.close({ last: null, refused: null, spent });
  }
  if (isRetired(found)) {
    const detail = `It was forgotten on ${found.grant.retired.at.toISOString()} already.`;
    return retirementStatus(plan, "skipped", detail, { from: target });
  }
  if (found === undefined && last === undefined) {
    return retirementStatus(plan, "skipped", "Nothing is stored for it, so there is nothing to forget.", {
      from: target,
    });
  }
  return retirementStatus(plan, "forgotten", await farewell(plan, found, target, context), { from: target });
}

function objectionTo(
  plan: GrantPlan,
  found: Found | undefined,
  target: string,
  context: EngineContext,
): RetirementStatus | undefined {
  const claim = found?.grant.claim;
  if (claim !== undefined && claim.deadline > context.clock.now()) {
    const reason = `${claim.host} has been exchanging its token since ${claim.at.toISOString()}`;
    return notForgotten(plan, target, reason, "Run it again when that is over");
  }
  if (found?.stored === true && plan.writeBack.retire === undefined) {
    const reason = `its write-back (${plan.writeBackName}) leaves no tombstone`;
    return notForgotten(plan, target, reason, `Delete what ${target} holds by hand`);
  }
  return undefined;
}

async function retire(
  plan: GrantPlan,
  found: Found | undefined,
  target: string,
  context: EngineContext,
): Promise<RetirementStatus | undefined> {
  if (found === undefined || plan.writeBack.retire === undefined) return undefined;
  // Where only the environment seeds it, a tombstone keeps it from doing so again, as far as the place leaves one.
  const trouble = await leaveTombstone(plan, found.version, undefined, context);
  if (trouble === undefined) return undefined;
  return notForgotten(plan, target, trouble.reason, `${trouble.remedy}, then run it again`);
}

async function farewell(
  plan: GrantPlan,
  found: Found | undefined,
  target: string,
  context: EngineContext,
): Promise<string> {
  const names = environmentFields
    .map((field) => environmentName(plan.id, field, plan.environmentPrefix))
    .filter((name) => (context.env[name] ?? "") !== "" && /_(ACCESS|REFRESH)_TOKEN$/.test(name));
  const left = names.length === 0 ? [] : [`Remove ${names.join(" and ")} from the environment, too.`];
  const where = found?.stored === true ? `A tombstone in ${target} took its place, and t` : "T";
  return [
    `${where}his machine's copies of its tokens are cleared.`,
    `${plan.refresher.platform} was not told: end the access there, in the account's settings, if nobody else uses it.`,
    ...left,
    `Take ${plan.id} out of the configuration, or every run asks for a new consent: \`tokenward auth ${plan.id}\`.`,
  ].join(" ");
}

function notForgotten(plan: GrantPlan, from: string, reason: string, remedy: string): RetirementStatus {
  return notRetired(plan, new TokenwardError("ERR_AUTH_NOT_FORGOTTEN", { grant: plan.id, reason, remedy }), { from });
}
