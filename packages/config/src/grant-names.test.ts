import { environmentFields, environmentName, parseGrantId } from "@tokenward/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkAccountName, checkEnvironmentNames, checkPlatformName, type EnvironmentUser } from "./grant-names.ts";
import type { Finding, Report } from "./reading.ts";

function recorder(): Report & { readonly findings: Finding[] } {
  const findings: Finding[] = [];
  const record = (finding: Finding): void => void findings.push(finding);
  return { findings, mistake: record, missing: record, warning: record };
}

describe("names of platforms and accounts", () => {
  const reserved = "all refresh status import recover verify scopes revoke move forget rotate-secret".split(" ");

  test.each(reserved)("%s is a word of the command line", (name) => {
    const report = recorder();
    expect(checkPlatformName(name, ["platforms", name], report)).toBe(false);
    expect(report.findings).toHaveLength(1);
  });

  test("are exactly those that core can take apart", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."aZ9-._/ é".split("")), maxLength: 6 }), (name) => {
        expect(checkPlatformName(name, ["platforms", name], recorder())).toBe(parses(name) && !name.includes("/"));
        expect(checkAccountName(name, ["accounts", name], recorder())).toBe(parses(`p/${name}`));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("names in the environment", () => {
  const platform = fc.stringMatching(/^[a-c][a-c0-9-]{0,3}$/);
  const account = fc.stringMatching(/^[a-cA-C][a-cA-C0-9._-]{0,3}$/);
  const prefix = fc.option(fc.stringMatching(/^[A-C][A-C_]{0,3}$/), { nil: undefined });
  const user = fc
    .tuple(platform, fc.option(account, { nil: undefined }), prefix)
    .map(([name, of, prefix]): EnvironmentUser => {
      const id = of === undefined ? name : `${name}/${of}`;
      return { id, prefix, at: ["platforms", name] };
    });
  const users = fc.uniqueArray(user, { selector: ({ id }) => id, minLength: 2, maxLength: 12 });

  test("are a mistake exactly where two grants share one", () => {
    let shared = 0;
    fc.assert(
      fc.property(users, (grants) => {
        const report = recorder();
        checkEnvironmentNames(grants, report);
        // Every single variable of every grant, so that no two may collide across fields either.
        const names = grants.flatMap(({ id, prefix }) =>
          environmentFields.map((field) => environmentName(id, field, prefix)),
        );
        const collides = new Set(names).size < names.length;
        if (collides) shared++;
        expect(report.findings.length > 0).toBe(collides);
      }),
      { numRuns: 1000 },
    );
    expect(shared).toBeGreaterThan(0);
  });

  test("that collide are reported with both grants and the variable", () => {
    const report = recorder();
    const at = ["platforms", "a-b"];
    checkEnvironmentNames(
      [
        { id: "a/b-c", at: ["platforms", "a"] },
        { id: "a-b/c", at },
      ],
      report,
    );
    expect(report.findings).toEqual([
      {
        path: at,
        message: "a-b/c and a/b-c would both read their token from A_B_C_REFRESH_TOKEN.",
        fix: "Give one of them its own prefix with `env`.",
      },
    ]);
  });
});

function parses(id: string): boolean {
  try {
    parseGrantId(id);
    return true;
  } catch {
    return false;
  }
}
