import { testRefresher } from "@tokenward/testing";
import { describe, it } from "vitest";
import { answers } from "../fixtures/answers.ts";
import { tiktok } from "./index.ts";

testRefresher({ describe, it }, { create: () => tiktok(), fixtures: answers });
