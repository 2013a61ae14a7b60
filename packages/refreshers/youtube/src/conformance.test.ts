import { testRefresher } from "@tokenward/testing";
import { describe, it } from "vitest";
import { answers } from "../fixtures/answers.ts";
import { youtube } from "./index.ts";

testRefresher({ describe, it }, { create: () => youtube(), fixtures: answers });
