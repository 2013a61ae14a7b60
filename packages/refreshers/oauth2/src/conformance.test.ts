import { testRefresher } from "@tokenward/testing";
import { describe, it } from "vitest";
import { answers } from "../fixtures/answers.ts";
import { presetAnswers } from "../fixtures/presets/presets.ts";
import { oauth2, type OAuth2Options } from "./index.ts";
import type { PresetName } from "./presets/preset-name.ts";
import { presetNames, presets } from "./presets/presets.ts";

const runner = { describe, it };

testRefresher(
  runner,
  { create: () => oauth2({ token_url: "https://crm.example/token" }), fixtures: answers },
  "oauth2",
);

testRefresher(
  runner,
  {
    create: () =>
      oauth2({
        token_url: "https://crm.example/token",
        introspection_url: "https://crm.example/introspect",
        client_auth: "basic",
        rotation: "always",
      }),
    fixtures: answers.filter(({ name }) => name !== "without one"),
  },
  "oauth2 with introspection",
);

/** Answers of the corpus that a platform's own rule for success makes something else of. */
const tolerated: Readonly<Partial<Record<PresetName, Readonly<Record<string, string>>>>> = {
  "tiktok-business": { "beside an error that says ok": "a code that is not 0 is a failure here, also inside an error" },
};

for (const name of presetNames) {
  const { needs = {}, options } = presets[name];
  const placeholders = Object.fromEntries(Object.keys(needs).map((missing) => [missing, "acme"]));
  const configured: OAuth2Options = { preset: name, ...(Object.keys(needs).length > 0 ? { placeholders } : {}) };
  testRefresher(
    runner,
    {
      create: () => oauth2(configured),
      fixtures: presetAnswers[name],
      tolerate: tolerated[name],
      ...(options.client_auth === "none" ? { without: { "wrong-client": "it is renewed by the token alone" } } : {}),
    },
    `preset ${name}`,
  );
}
