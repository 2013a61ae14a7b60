import type { Configuration } from "@tokenward/config";
import { TokenwardError, type GrantPlan } from "@tokenward/core";

/**
 * The one grant that a name means. A platform with several accounts is not one grant, and no machine should choose.
 *
 * @throws `ERR_CONFIG_GRANT_UNKNOWN`, `ERR_CONFIG_USAGE`
 */
export function onePlan(configuration: Configuration, grant: string): GrantPlan {
  const plans = configuration.select(grant);
  const [plan] = plans;
  if (plan !== undefined && plans.length === 1) return plan;
  const names = plans.map(({ id }) => id).join(", ");
  throw new TokenwardError("ERR_CONFIG_USAGE", {
    reason: `\`${grant}\` means more than one grant: name one of ${names}.`,
  });
}
