import { presentedBy } from "../fingerprint.ts";
import type { Grant } from "../grant.ts";
import type { Assessment, Refresher } from "../refresher.ts";

/** Whether a machine can renew this grant at all; where nothing is known of it, whether it can on this platform. */
export function isRefreshable(
  refresher: Pick<Refresher, "request" | "traits">,
  grant: Grant | undefined,
  assessment: Pick<Assessment, "refreshable"> | undefined,
): boolean {
  if (assessment?.refreshable !== undefined) return assessment.refreshable;
  if (refresher.request === undefined) return false;
  return grant === undefined || presentedBy(grant, refresher.traits) !== undefined;
}

/** Whether an exchange may be tried. What a request presents is the refresher's own affair. */
export function mayExchange(
  refresher: Pick<Refresher, "request" | "interpret">,
  assessment: Pick<Assessment, "refreshable">,
): boolean {
  const able = refresher.request !== undefined && refresher.interpret !== undefined;
  return able && assessment.refreshable !== false;
}
