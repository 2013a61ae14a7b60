import { describe, expect, test } from "vitest";
import { parseGrantId } from "@tokenward/core";
import { kindNames, kinds } from "./kind.ts";
import { nameMistake, packageName, readTypedName, spellingsOf } from "./plugin-name.ts";

describe("a plugin's name", () => {
  test.each(["acme", "acme-crm", "x", "a1", "one-2-three", "a".repeat(32)])("may be %s", (name) => {
    for (const kind of kindNames) expect(nameMistake(name, kind)).toBeUndefined();
    // What a platform may be called in a configuration.
    expect(parseGrantId(name).platform).toBe(name);
  });

  test.each([
    "",
    "Acme",
    "acme_crm",
    "acme crm",
    "-acme",
    "acme-",
    "a--b",
    "1st",
    "@acme/crm",
    "../acme",
    "a".repeat(33),
  ])("cannot be %j, in one sentence", (name) => {
    expect(nameMistake(name, undefined)).toMatch(/^[^\n]+[^.\n]\.$/);
  });

  test("cannot be one that a configuration would never find, or take for a command", () => {
    expect(nameMistake("tiktok", "refresher")).toContain("Tokenward's own refresher");
    expect(nameMistake("tiktok", "notifier")).toBeUndefined();
    expect(nameMistake("local", "write-back")).toContain("Tokenward's own write-back");
    expect(nameMistake("all", "refresher")).toContain("command line");
  });

  test("may be typed as the package's whole name, which says the kind", () => {
    for (const kind of kindNames) {
      expect(readTypedName(packageName("acme", kind))).toEqual({ name: "acme", kind });
      expect(packageName("acme", kind)).toBe(`tokenward-${kinds[kind].part}-acme`);
    }
    expect(readTypedName("acme")).toEqual({ name: "acme" });
  });

  test("is spelled as code wants it", () => {
    expect(spellingsOf("acme-crm-2")).toEqual({
      kebab: "acme-crm-2",
      camel: "acmeCrm2",
      pascal: "AcmeCrm2",
      upper: "ACME_CRM_2",
    });
  });
});
