import { claimCases } from "./claim-cases.ts";
import { failureCases } from "./failure-cases.ts";
import type { WriteBackCase } from "./fixture.ts";
import { placeCases } from "./place-cases.ts";
import { probeCases } from "./probe-cases.ts";
import { retireCases } from "./retire-cases.ts";
import { rivalCases } from "./rival-cases.ts";
import { saveCases } from "./save-cases.ts";
import { wholeCases } from "./whole-cases.ts";

/** Everything that a `WriteBack` must have, as data. */
export const writeBackCases: readonly WriteBackCase[] = [
  ...saveCases,
  ...rivalCases,
  ...wholeCases,
  ...probeCases,
  ...claimCases,
  ...retireCases,
  ...failureCases,
  ...placeCases,
];
