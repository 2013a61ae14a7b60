import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { junitReport } from "./junit-report.ts";
import { everything, now, reportOf, statusOf } from "./test/reports.ts";

const xml = (report = everything): string => junitReport(report, { at: now, host: "runner-7" });

function xmllint(): boolean {
  try {
    execFileSync("xmllint", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Reads the little XML that a report is made of: tags that are closed in order, attributes in quotes. */
function tagsOf(
  text: string,
): readonly { readonly name: string; readonly attributes: Readonly<Record<string, string>> }[] {
  const open: string[] = [];
  const found: { name: string; attributes: Record<string, string> }[] = [];
  for (const [, close, name = "", rest = "", self] of text.matchAll(
    /<(\/?)([a-z-]+)((?:\s+[a-z_]+="[^"<>]*")*)\s*(\/?)>/g,
  )) {
    if (close === "/") expect(open.pop()).toBe(name);
    else {
      found.push({
        name,
        attributes: Object.fromEntries(
          [...rest.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
        ),
      });
      if (self !== "/") open.push(name);
    }
  }
  expect(open).toEqual([]);
  expect(text.replace(/<\?xml[^>]*\?>|<[^<>]*>/g, "")).not.toMatch(/[<>]/);
  return found;
}

describe("a JUnit report", () => {
  test("has a case for each grant, a failure for each that needs a human, and counts them", () => {
    const tags = tagsOf(xml());
    const [, suite] = tags;
    expect(suite).toMatchObject({
      name: "testsuite",
      attributes: {
        tests: "10",
        failures: "6",
        errors: "0",
        skipped: "1",
        timestamp: "2026-11-26T10:00:00",
        hostname: "runner-7",
      },
    });
    const cases = tags.filter(({ name }) => name === "testcase");
    expect(cases.map(({ attributes }) => attributes["name"])).toContain("tiktok/brand-a");
    expect(cases.map(({ attributes }) => attributes["classname"])).toContain("notifier");
    const failures = tags.filter(({ name }) => name === "failure");
    expect(failures).toHaveLength(6);
    expect(failures[0]?.attributes).toMatchObject({ type: "ERR_AUTH_REAUTH_REQUIRED" });
    expect(tags.filter(({ name }) => name === "skipped")).toHaveLength(1);
  });

  test("is XML, whatever a platform says", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), fc.boolean(), (text, alert) => {
        const written = xml(reportOf([statusOf({ platform: text, account: text, detail: text, alert })]));
        // oxlint-disable-next-line no-control-regex -- what XML 1.0 forbids
        expect(written).not.toMatch(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/);
        expect(tagsOf(written).filter(({ name }) => name === "testcase")).toHaveLength(1);
      }),
    );
  });

  test.skipIf(!xmllint())("is well-formed to xmllint, where there is one", () => {
    execFileSync("xmllint", ["--noout", "-"], { input: xml() });
  });
});
