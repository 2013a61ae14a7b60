import { TokenwardError } from "../errors/error.ts";
import type { Grant } from "../grant.ts";
import type { HttpAnswer } from "../http/message.ts";
import type { Exchanged, Refused } from "../refresher.ts";
import { retryAfter } from "./backoff.ts";
import type { Pass } from "./pass.ts";

/**
 * What the refresher reads in an answer. A plugin that throws gets an error of ours: the answer stays journaled, and a
 * fixed plugin can read it again.
 */
export function interpret(
  pass: Pick<Pass, "plan">,
  answer: HttpAnswer,
  grant: Grant,
): Exchanged | Refused | TokenwardError {
  const { refresher, id } = pass.plan;
  try {
    const reading = refresher.interpret?.(answer, grant, answer.receivedAt);
    if (reading === undefined) throw new TypeError("the refresher cannot interpret answers");
    return reading.kind === "refused" ? withStatus(reading, answer) : reading;
  } catch (thrown) {
    // Parsers quote what they could not read, and that may be a token nobody knows yet: only the error's name goes on.
    const name = thrown instanceof Error ? thrown.name : "an unknown error";
    return new TokenwardError(
      "ERR_AUTH_INTERNAL",
      { grant: id, reason: `the refresher could not read the answer (${name})` },
      { class: "in-doubt" },
    );
  }
}

// Whatever a dialect makes of the body: these two statuses say themselves that nothing was exchanged.
function withStatus(reading: Refused, answer: HttpAnswer): Refused {
  if (reading.class !== "in-doubt") return reading;
  if (answer.status === 429) return { ...reading, class: "throttled" };
  if (answer.status === 503 && retryAfter(answer, answer.receivedAt) !== undefined)
    return { ...reading, class: "transient" };
  return reading;
}
