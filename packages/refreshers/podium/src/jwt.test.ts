import { secret } from "@tokenward/core";
import { expect, test } from "vitest";
import { jwtEnd } from "./jwt.ts";

function jwt(payload: unknown, header: unknown = { alg: "RS256" }): ReturnType<typeof secret> {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value), "utf8").toString("base64url");
  return secret(`${part(header)}.${part(payload)}.c2lnbmF0dXJl`);
}

test("an end in seconds since 1970", () => {
  expect(jwtEnd(jwt({ exp: 1_795_000_000 }))).toEqual(new Date(1_795_000_000_000));
});

test.each([
  ["a text", { exp: "1795000000" }],
  ["none", { sub: "x" }],
  ["milliseconds, or damage", { exp: 1e15 }],
  ["negative", { exp: -1 }],
  ["no object", [1]],
  ["nothing", null],
])("no end: %s", (_, payload) => {
  expect(jwtEnd(jwt(payload))).toBeUndefined();
});

test.each(["opaque-token-1", "a.b", "a.b.c", "a.e30.c.d", "..", "pat_a.1.0.x!"])("%s is no JWT", (token) => {
  expect(jwtEnd(secret(token))).toBeUndefined();
});
