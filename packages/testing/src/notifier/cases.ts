import { arrivalCases } from "./arrival-cases.ts";
import { discretionCases } from "./discretion-cases.ts";
import { edgeCases } from "./edge-cases.ts";
import { failureCases } from "./failure-cases.ts";
import type { NotifierCase } from "./fixture.ts";
import { identityCases } from "./identity-cases.ts";
import { limitCases } from "./limit-cases.ts";
import { silenceCases } from "./silence-cases.ts";

/** Everything that a `Notifier` must have, as data. */
export const notifierCases: readonly NotifierCase[] = [
  ...arrivalCases,
  ...edgeCases,
  ...identityCases,
  ...limitCases,
  ...failureCases,
  ...silenceCases,
  ...discretionCases,
];
