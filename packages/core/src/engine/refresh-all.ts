import type { GrantPlan } from "../plan.ts";
import type { RefreshStatus } from "../status.ts";
import type { EngineContext } from "./context.ts";
import { watchCredentials } from "./credential-expiry.ts";
import { mostUnderWay } from "./endpoint-budget.ts";
import type { RefreshReport } from "./engine.ts";
import { Pulse } from "./heartbeat.ts";
import { refreshGrant } from "./refresh-path.ts";
import { reportOf } from "./report.ts";

/** Grants under way at a time, over all token endpoints, unless the caller says otherwise. */
const defaultConcurrency = 256;

/** The grants of one token endpoint, in line. */
interface Lane {
  readonly waiting: { readonly plan: GrantPlan; readonly index: number }[];
  underWay: number;
}

/**
 * Refreshes every grant independently of the others. Each token endpoint has its own lane, so that a thousand grants
 * of a platform that hangs stand in nobody else's way.
 */
export async function refreshAll(
  plans: readonly GrantPlan[],
  context: EngineContext,
  options: {
    readonly onStatus?: ((status: RefreshStatus) => void) | undefined;
    readonly concurrency?: number | undefined;
  } = {},
): Promise<RefreshReport> {
  const statuses: RefreshStatus[] = [];
  const lanes = lanesOf(plans);
  const pulse = new Pulse(context);
  // Read here, because what only reads grants never needs it.
  const { Alerting } = await import("../alerts/alerting.ts");
  const alerting = new Alerting(context);
  let turn = 0;
  const nextLane = (): Lane | undefined => {
    for (let tried = 0; tried < lanes.length; tried++) {
      const lane = lanes[turn++ % lanes.length] as Lane;
      if (lane.waiting.length > 0 && lane.underWay < mostUnderWay) return lane;
    }
    return undefined;
  };
  // A worker that finds no lane ends: every lane that still waits has all the workers it may have.
  const worker = async (): Promise<void> => {
    for (let lane = nextLane(); lane !== undefined; lane = nextLane()) {
      const next = lane.waiting.pop() as Lane["waiting"][number];
      lane.underWay++;
      const status = await refreshGrant(next.plan, context, alerting);
      lane.underWay--;
      statuses[next.index] = status;
      options.onStatus?.(status);
    }
  };
  const workers = Math.min(options.concurrency ?? defaultConcurrency, plans.length);
  await Promise.all(Array.from({ length: workers }, worker));
  const writeBacks = await watchCredentials(plans, context, alerting);
  const notifiers = await alerting.settle({ whole: true });
  const report = reportOf(statuses, false, { writeBacks, notifiers, installation: alerting.installation });
  await pulse.end(report.exitCode === 0);
  return report;
}

function lanesOf(plans: readonly GrantPlan[]): readonly Lane[] {
  const numbered = plans.map((plan, index) => ({ plan, index }));
  const byEndpoint = Map.groupBy(numbered, ({ plan }) => plan.refresher.endpoint ?? plan.refresher.platform);
  // Taken from the end, so reversed: a run goes through the grants in the order of the configuration.
  return [...byEndpoint.values()].map((waiting) => ({ waiting: waiting.toReversed(), underWay: 0 }));
}
