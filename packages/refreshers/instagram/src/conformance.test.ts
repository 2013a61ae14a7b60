import { testRefresher } from "@tokenward/testing";
import { describe, it } from "vitest";
import { answers, facebookAnswers } from "../fixtures/answers.ts";
import { instagram } from "./index.ts";

testRefresher(
  { describe, it },
  { create: () => instagram(), fixtures: answers, scopeSeparator: "," },
  "Instagram with Instagram Login",
);
testRefresher(
  { describe, it },
  { create: () => instagram({ login: "facebook" }), fixtures: facebookAnswers, scopeSeparator: "," },
  "Instagram with Facebook Login",
);
