import { messageOf, TokenwardError } from "../errors/error.ts";
import type { HttpRequest } from "../http/message.ts";
import type { Refused } from "../refresher.ts";
import { interrupted } from "./attempt.ts";
import { backoff, longestWait, mostAttempts } from "./backoff.ts";
import { budgetKey, reportCall, takeCall } from "./call-budget.ts";
import type { EndpointBudget } from "./endpoint-budget.ts";
import { failedWith, refusalError, type Outcome } from "./outcome.ts";
import type { Pass, Standing } from "./pass.ts";
import { present } from "./present.ts";
import type { Found } from "./stored.ts";

/** Steps 6 to 10, repeated only where presenting the token again is safe. */
export async function exchange(pass: Pass, standing: Standing & { readonly found: Found }): Promise<Outcome> {
  const { plan, context } = pass;
  const request = await buildRequest(pass, standing.found);
  if (TokenwardError.is(request)) return failedWith(request, "client", { grant: standing.found.grant });
  const endpoint = plan.refresher.endpoint ?? request.url;
  const budget = context.budgets.of(endpoint);
  const key = budgetKey(pass, endpoint);
  let { doubt } = standing;
  for (let attempt = 1; ; attempt++) {
    const early = (await waitForPatience(pass, budget, standing.found)) ?? (await takeCall(pass, key, standing.found));
    if (early !== undefined) return early;
    const current = { ...standing, doubt };
    const presented = await budget.run(async () => await present(pass, current, request));
    const { outcome, again, notBefore } = presented;
    doubt = presented.doubt ?? doubt;
    if (notBefore !== undefined) budget.penalize(notBefore);
    await reportCall(pass, key, presented);
    if (!again || attempt >= mostAttempts || context.signal.aborted || !budget.mayRepeat()) return outcome;
    try {
      await context.clock.sleep(backoff(attempt), context.signal);
    } catch {
      return outcome;
    }
  }
}

async function buildRequest(pass: Pass, found: Found): Promise<HttpRequest | TokenwardError> {
  const { refresher, client, id } = pass.plan;
  try {
    const request = await refresher.request?.(found.grant, client);
    if (request === undefined) throw new TypeError("the refresher builds no request");
    return request;
  } catch (thrown) {
    if (TokenwardError.is(thrown)) return thrown;
    return new TokenwardError(
      "ERR_AUTH_REQUEST_INVALID",
      { grant: id, reason: messageOf(thrown) },
      { cause: thrown, class: "client" },
    );
  }
}

async function waitForPatience(pass: Pass, budget: EndpointBudget, found: Found): Promise<Outcome | undefined> {
  const { clock, signal } = pass.context;
  const wait = budget.patience();
  if (wait === 0) return undefined;
  if (wait <= longestWait) {
    try {
      await clock.sleep(wait, signal);
      return undefined;
    } catch {
      return interrupted(pass, found);
    }
  }
  const until = new Date(clock.now().getTime() + wait).toISOString();
  const reading: Refused = {
    kind: "refused",
    class: "throttled",
    detail: `its endpoint wants no requests before ${until}`,
  };
  return failedWith(refusalError(pass.plan, reading), "throttled", { grant: found.grant });
}
