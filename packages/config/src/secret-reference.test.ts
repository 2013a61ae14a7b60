import path from "node:path";
import { inspect } from "node:util";
import { isSecret, redact } from "@tokenward/core";
import { expect, it, vi } from "vitest";
import { env, fromFile, sourceOf } from "./secret-reference.ts";
import { project } from "./test/project.ts";

it("is a secret that prints as one, and says what it refers to", () => {
  const reference = env("SOME_NAME");
  expect(isSecret(reference)).toBe(true);
  expect([String(reference), JSON.stringify(reference), inspect(reference)]).toEqual([
    "[secret]",
    '"[secret]"',
    "[secret]",
  ]);
  expect(sourceOf(reference)).toEqual({ env: "SOME_NAME" });
  expect(sourceOf(fromFile("./secret"))).toEqual({ file: "./secret" });
  expect([sourceOf("${SOME_NAME}"), sourceOf({ file: "./secret" }), sourceOf(null)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

it("is looked up where no configuration does it, and known to the redactor from then on", () => {
  vi.stubEnv("SECRET_OF_A_TEST", "value-from-the-environment");
  const file = path.join(project({ secret: "value-from-a-file\n" }), "secret");
  expect(env("SECRET_OF_A_TEST").reveal()).toBe("value-from-the-environment");
  expect(fromFile(file).reveal()).toBe("value-from-a-file");
  expect(redact("value-from-the-environment, value-from-a-file")).toBe("[secret], [secret]");
});

it.each([[undefined], [""]])("that is %j is an error that names it", (value) => {
  vi.stubEnv("SECRET_OF_A_TEST", value);
  expect(() => env("SECRET_OF_A_TEST").reveal()).toThrow("The environment variable SECRET_OF_A_TEST is not usable");
});
