import { TokenwardError } from "../errors/error.ts";
import type { Grant } from "../grant.ts";
import type { HttpAnswer } from "../http/message.ts";
import type { Exchanged, RefresherTraits, Refused } from "../refresher.ts";
import { retryAfter } from "../http/retry-after.ts";
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
    return reading.kind === "refused" ? withStatus(reading, answer) : withSuccessor(reading, refresher.traits);
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

// Where every exchange ends the old token, an answer without a new one has lost it: presenting the old one again would
// be the replay that kills the grant.
function withSuccessor(reading: Exchanged, { rotation, reuse, presents }: RefresherTraits): Exchanged | Refused {
  const lost = rotation === "always" && reuse !== "retry-safe" && presents !== "access-token";
  if (!lost || reading.refreshToken !== undefined) return reading;
  const oddities = reading.malformed === undefined ? "" : `: ${reading.malformed.replace(/\.$/, "")}`;
  return {
    kind: "refused",
    class: "in-doubt",
    detail: `an answer without a new refresh token, although each exchange ends the old one${oddities}`,
  };
}

// Whatever a dialect makes of the body: these two statuses say themselves that nothing was exchanged.
function withStatus(reading: Refused, answer: HttpAnswer): Refused {
  if (reading.class !== "in-doubt") return reading;
  if (answer.status === 429) return { ...reading, class: "throttled" };
  if (answer.status === 503 && retryAfter(answer, answer.receivedAt) !== undefined)
    return { ...reading, class: "transient" };
  return reading;
}
