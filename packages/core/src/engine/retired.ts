import { TokenwardError } from "../errors/error.ts";
import type { GrantPlan } from "../plan.ts";
import { failedWith, type Outcome } from "./outcome.ts";
import type { FoundRetired } from "./stored.ts";

/** The error of a grant whose tombstone was found. */
export function retiredError(plan: GrantPlan, { grant }: FoundRetired): TokenwardError {
  const { at, movedTo } = grant.retired;
  const facts =
    movedTo === undefined
      ? {
          where: "it was forgotten",
          remedy: `Consent again if it is wanted (\`tokenward auth ${plan.id}\`), or take it out of the configuration`,
        }
      : {
          where: `it was moved to ${movedTo}`,
          remedy: "Name that write-back under `auth.writeback.backend` (or the platform's own `writeback`)",
        };
  return new TokenwardError(
    "ERR_AUTH_RETIRED",
    { grant: plan.id, when: at.toISOString(), ...facts },
    { class: movedTo === undefined ? "reauth" : "client" },
  );
}

/** A tombstone ends the pass before anything that this machine still remembers is looked at. */
export function retiredOutcome(plan: GrantPlan, found: FoundRetired): Outcome {
  const error = retiredError(plan, found);
  return failedWith(error, error.class ?? "client");
}
