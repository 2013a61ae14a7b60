import { testRefresher } from "@tokenward/testing";
import { describe, it } from "vitest";
import { answers } from "../fixtures/answers.ts";
import { linkedin } from "./index.ts";

testRefresher({ describe, it }, { create: () => linkedin(), fixtures: answers });
