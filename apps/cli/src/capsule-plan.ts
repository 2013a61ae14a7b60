import type { Configuration } from "@tokenward/config";
import {
  parseGrantId,
  TokenwardError,
  type GrantPlan,
  type RecoveryCapsule,
  type RefreshStatus,
} from "@tokenward/core";
import { onePlan } from "./one-plan.ts";

/** The grant that a capsule is for; or, where this configuration does not know it, what to say about that. */
export function planFor(
  { grant, target }: RecoveryCapsule,
  configuration: Configuration,
): { readonly plan: GrantPlan } | { readonly status: RefreshStatus } {
  try {
    return { plan: onePlan(configuration, grant.id) };
  } catch (thrown) {
    if (!TokenwardError.is(thrown) || thrown.code !== "ERR_CONFIG_GRANT_UNKNOWN") throw thrown;
    // One job's log may hold capsules of several configurations; each is delivered where it belongs.
    const detail = `${thrown.message} Its capsule is for ${target}: keep it, and deliver it with the configuration that made it (\`--config\`).`;
    const { code } = thrown;
    return { status: { ...parseGrantId(grant.id), action: "failed", alert: true, code, detail, judged: false } };
  }
}

/**
 * The capsules for one grant.
 *
 * @throws `ERR_CONFIG_USAGE` where there are only others
 */
export function capsulesFor(
  wanted: string,
  capsules: readonly RecoveryCapsule[],
  source: string,
): readonly RecoveryCapsule[] {
  const chosen = capsules.filter(({ grant }) => grant.id === wanted);
  if (chosen.length > 0) return chosen;
  const names = capsules.map(({ grant }) => grant.id).join(", ");
  const reason = `What ${source} holds is for ${names}, not for ${wanted}. Nothing was changed; leave the name out to deliver it.`;
  throw new TokenwardError("ERR_CONFIG_USAGE", { reason });
}
