import { TokenwardError } from "../errors/error.ts";
import { failedWith, type Outcome } from "./outcome.ts";
import type { CallsLeft } from "./calls-left.ts";
import type { Doubt, Pass } from "./pass.ts";
import type { Found } from "./stored.ts";

/** One presentation of the token: how it ended, and whether another one would be safe and sensible. */
export interface Attempt {
  readonly outcome: Outcome;
  readonly again: boolean;
  /** Not before this, because the platform said so. */
  readonly notBefore?: Date | undefined;
  /** What the platform said is left of the client's budget. */
  readonly left?: CallsLeft | undefined;
  /** What nobody knows the outcome of, this presentation included. */
  readonly doubt?: Doubt | undefined;
}

/** The outcome of a grant that a run did not come to, because it was asked to stop. */
export function interrupted(pass: Pass, found: Found): Outcome {
  const error = new TokenwardError("ERR_AUTH_INTERRUPTED", { grant: pass.plan.id }, { class: "transient" });
  return failedWith(error, "transient", { grant: found.grant });
}
