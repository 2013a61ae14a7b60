import type { BrokenNotifier } from "./breaking-notifiers.ts";
import { brokenNotifiersArrival } from "./broken-notifiers-arrival.ts";
import { brokenNotifiersDiscretion } from "./broken-notifiers-discretion.ts";
import { brokenNotifiersFailures } from "./broken-notifiers-failures.ts";
import { brokenNotifiersIdentity } from "./broken-notifiers-identity.ts";

/** All of them. */
export const brokenNotifiers: readonly BrokenNotifier[] = [
  ...brokenNotifiersArrival,
  ...brokenNotifiersIdentity,
  ...brokenNotifiersFailures,
  ...brokenNotifiersDiscretion,
];
