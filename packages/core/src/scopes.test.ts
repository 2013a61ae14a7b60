import { describe, expect, test } from "vitest";
import { missingScopes } from "./scopes.ts";

describe("missingScopes", () => {
  test("an absent scope means unchanged, so nothing is missing", () => {
    expect(missingScopes(["a"], undefined)).toEqual([]);
  });

  test("names what is missing once, in the order and case of the configuration", () => {
    expect(missingScopes(["Zeta", "alpha", "Zeta", "beta"], ["beta"])).toEqual(["Zeta", "alpha"]);
  });

  test("scopes are compared with their case", () => {
    expect(missingScopes(["Read"], ["read"])).toEqual(["Read"]);
  });

  test.each([
    ["contacts.read", "read_contacts"],
    ["read_contacts", "contacts.read"],
  ])("an alias works both ways: %s wanted, %s granted", (wanted, granted) => {
    expect(missingScopes([wanted], [granted], { "contacts.read": "read_contacts" })).toEqual([]);
  });

  test("two aliases of one name satisfy each other, also over several steps", () => {
    expect(missingScopes(["a"], ["c"], { a: "b", b: "name", c: "name" })).toEqual([]);
  });

  test("aliases in a circle end", () => {
    expect(missingScopes(["a", "x"], ["b"], { a: "b", b: "a" })).toEqual(["x"]);
  });

  test("a scope that is called like something every object has", () => {
    expect(missingScopes(["constructor", "toString"], ["toString"], {})).toEqual(["constructor"]);
  });
});
