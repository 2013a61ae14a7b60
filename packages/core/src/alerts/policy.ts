import type { AlertRoutes } from "./routes.ts";
import type { QuietHours } from "./quiet-hours.ts";

/** Who hears of what, how often, and when not. */
export interface AlertPolicy {
  readonly routes?: AlertRoutes | undefined;
  /** Milliseconds after the last message until an open incident is told again; `false`: never. Default three days. */
  readonly remindEvery?: number | false | undefined;
  /** When `warn` waits for the end of the night. It waits once: what is still there in the next run is told. */
  readonly quietHours?: QuietHours | undefined;
  /**
   * Names this configuration on this machine, because the alerts of two are kept apart. Default `default`. Another name
   * begins anew, and nothing that is open under the old one is told again.
   */
  readonly installation?: string | undefined;
  /**
   * Every grant that is configured, with those that are not part of a run. Alerts of others are over. Default: unknown,
   * and nothing is over because of it.
   */
  readonly grants?: readonly string[] | undefined;
  /** Every write-back that is configured, as `writeBackLabel` names it; the same holds. Default: unknown. */
  readonly writeBacks?: readonly string[] | undefined;
}

/** Default of {@link AlertPolicy.remindEvery}. */
export const defaultRemindEvery: number = 3 * 86_400_000;

/** An {@link AlertPolicy} with its defaults, as it is worked with. */
export interface TellingPolicy {
  readonly routes: AlertRoutes;
  readonly remindEvery: number | undefined;
  readonly quietHours: QuietHours | undefined;
  readonly installation: string;
  /** Names of all notifiers, in the order of the configuration. */
  readonly notifiers: readonly string[];
}

/** Puts the defaults in place. */
export function tellingPolicy(options: {
  readonly alerts?: AlertPolicy | undefined;
  readonly notifiers?: readonly { readonly name: string }[] | undefined;
}): TellingPolicy {
  const { alerts = {}, notifiers = [] } = options;
  const { remindEvery = defaultRemindEvery } = alerts;
  return {
    routes: alerts.routes ?? {},
    remindEvery: remindEvery === false ? undefined : remindEvery,
    quietHours: alerts.quietHours,
    installation: alerts.installation ?? "default",
    notifiers: notifiers.map(({ name }) => name),
  };
}
