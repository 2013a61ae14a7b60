import { describe, it } from "node:test";
import { testRefresher } from "@tokenward/testing";
import { answers } from "../fixtures/answers.ts";
import plugin from "./index.ts";

// What every refresher must have: purity, no lost token on any answer, nothing secret in an error.
testRefresher({ describe, it }, { create: () => plugin(), fixtures: answers });
