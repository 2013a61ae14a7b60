import { testRefresher } from "@tokenward/testing";
import { describe, it } from "vitest";
import { answers } from "../fixtures/answers.ts";
import { podium } from "./index.ts";

describe("JSON, the documented address", () => {
  testRefresher({ describe, it }, { create: () => podium(), fixtures: answers });
});

describe("a form, the other address", () => {
  const options = { token_url: "https://accounts.podium.com/oauth/token", body: "form" } as const;
  testRefresher({ describe, it }, { create: () => podium(options), fixtures: answers });
});
