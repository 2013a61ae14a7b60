import { messageOf, TokenwardError } from "../errors/error.ts";
import type { StoredGrant } from "../grant.ts";
import type { GrantPlan } from "../plan.ts";
import type { Assessment, AssessPolicy, Verified } from "../refresher.ts";
import { sameSecret } from "../secret.ts";
import { withDeadline } from "./deadline.ts";
import { learn } from "./learn.ts";
import { failedWith, refusalError, type Outcome } from "./outcome.ts";
import type { Pass, Standing } from "./pass.ts";
import { reauth } from "./reauth.ts";
import { isRefreshable } from "./refreshable.ts";
import { find, type Found } from "./stored.ts";

// A look keeps the lease, and others wait for that: it is not worth as long as an exchange.
const lookDeadline = 10_000;

/** What a refresher's assessment may know beside the grant. */
export function policyOf(plan: GrantPlan): AssessPolicy {
  return {
    traits: plan.refresher.traits,
    refreshAt: plan.refreshAt ?? 0.8,
    alertBeforeDays: plan.alertBeforeDays,
    clientKnown: plan.client.id !== "" && plan.client.secrets.length > 0,
  };
}

/** What a grant's facts say, after the platform was asked where that is wanted. */
export interface Assessed {
  readonly found: Found;
  readonly assessment: Assessment;
  /** What the platform said against it: the pass ends here. */
  readonly objection?: Outcome | undefined;
}

/**
 * Assesses a grant. Where facts are missing, or the refresher wants them proved, the platform is asked first, which
 * spends nothing. A look that fails changes nothing: what is stored stands.
 */
export async function assess(pass: Pass, standing: Standing & { readonly found: Found }): Promise<Assessed> {
  const { plan, context } = pass;
  const { found } = standing;
  const assessment = plan.refresher.assess(found.grant, context.clock.now(), policyOf(plan));
  if (!wantsLook(standing, assessment)) return { found, assessment };
  const verified = await look(pass, found.grant, assessment);
  if (verified === undefined) return { found, assessment };
  const learned = await learn(pass, standing, verified);
  const again = plan.refresher.assess(learned.grant, context.clock.now(), policyOf(plan));
  const objection = objectionOf(pass, learned, again, verified);
  const newer = objection?.class === "reauth" ? await newerThan(pass, found) : undefined;
  if (newer === undefined) return { found: learned, assessment: again, objection };
  return { found: newer, assessment: plan.refresher.assess(newer.grant, context.clock.now(), policyOf(plan)) };
}

// A dead token is believed only while it is still the stored one; somebody may have consented anew meanwhile.
async function newerThan(pass: Pass, found: Found): Promise<Found | undefined> {
  const now = await find(pass.plan, pass.target, pass.context).catch(() => undefined);
  const same = now === undefined || sameSecret(now.grant.accessToken, found.grant.accessToken);
  return same ? undefined : now;
}

function wantsLook(standing: Standing, assessment: Assessment): boolean {
  // A token in doubt is presented again anyway, and its version has to stay the intent's until then.
  if (standing.doubt !== undefined) return false;
  if (assessment.verdict === "unknown") return true;
  // What another process has just proved needs no second look.
  return assessment.verify === true && standing.adopted === undefined;
}

async function look(pass: Pass, grant: StoredGrant, assessment: Assessment): Promise<Verified | undefined> {
  const { plan, context } = pass;
  if (plan.refresher.verify === undefined || grant.accessToken === undefined) return undefined;
  const io = context.io(lookDeadline);
  // Unlike an exchange, a look may be broken off at any time.
  const signal = AbortSignal.any([io.signal, context.signal]);
  try {
    return await withDeadline(
      plan.refresher.verify(grant, plan.client, grant.accessToken, { ...io, signal }),
      lookDeadline,
      "no answer in time",
    );
  } catch (thrown) {
    // Nothing to ask with, such as no client: worth a word only where the answer is missing.
    const mute = TokenwardError.is(thrown) && thrown.code === "ERR_AUTH_REQUEST_INVALID";
    if (!mute || assessment.verdict === "unknown") {
      context.note(`${plan.id}: the platform could not be asked about its token (${messageOf(thrown)}).`);
    }
    return undefined;
  }
}

function objectionOf(pass: Pass, found: Found, assessment: Assessment, verified: Verified): Outcome | undefined {
  if (verified.works || assessment.verdict === "reauth-required") return undefined;
  const { plan, context } = pass;
  const { grant } = found;
  const reason = (verified.detail ?? "the platform does not accept its access token any more").replace(/\.$/, "");
  const failure = verified.class;
  if (failure === "reauth") return reauth(plan, reason, grant, assessment);
  if (failure === "propagating") {
    const error = refusalError(plan, { kind: "refused", class: failure, detail: reason });
    return failedWith(error, failure, { grant, assessment });
  }
  // Neither a dead access token nor a client that may not look says anything about a grant that can be exchanged.
  const renewable = isRefreshable(plan.refresher, grant, assessment);
  if (failure === undefined) return renewable ? undefined : reauth(plan, reason, grant, assessment);
  if (failure === "client" && !renewable) return rejectedClient(plan, reason, grant, assessment);
  context.note(`${plan.id}: the platform could not say whether its token still works (${reason}).`);
  return undefined;
}

function rejectedClient(plan: GrantPlan, reason: string, grant: StoredGrant, assessment: Assessment): Outcome {
  const error = refusalError(plan, { kind: "refused", class: "client", detail: reason });
  const outcome = failedWith(error, "client", { grant, assessment });
  // An end that comes near does not wait until the client is mended.
  return assessment.alert === true
    ? { ...outcome, detail: `${outcome.detail} And ${assessment.reason.replace(/\.$/, "")}.` }
    : outcome;
}
