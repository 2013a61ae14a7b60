import type { GrantPlan } from "../plan.ts";

/** What humans call a grant: `LinkedIn`, `LinkedIn (acme)`. */
export function labelOf(plan: GrantPlan): string {
  const account = plan.id.split("/")[1];
  const name = platformLabelOf(plan);
  return account === undefined ? name : `${name} (${account})`;
}

/** What humans call its platform. A platform of the configuration's own keeps the name that it has there. */
export function platformLabelOf({ id, refresher }: GrantPlan): string {
  const platform = id.split("/")[0] as string;
  return refresher.platform === platform ? (refresher.displayName ?? platform) : platform;
}
