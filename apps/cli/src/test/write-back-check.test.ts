import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSandboxHome, sentinels, succeeded, type SandboxHome } from "./sandbox-home.ts";

let home: SandboxHome;
beforeEach(async () => {
  home = await createSandboxHome();
});
afterEach(async () => await home.close());

const keys = [
  "platform",
  "account",
  "write_back",
  "target",
  "readable",
  "stored",
  "generation",
  "retired",
  "claim",
  "unfinished",
  "writable",
  "compare_and_swap",
  "claims",
  "outlives_run",
  "alert",
  "findings",
];

interface CheckDocument {
  readonly alert: boolean;
  readonly checks: readonly {
    readonly findings: readonly { readonly kind: string; readonly code: string | null; readonly fix: string | null }[];
  }[];
  readonly write_backs: readonly unknown[];
}

function found(stdout: string): CheckDocument {
  const document = JSON.parse(stdout) as CheckDocument;
  expect(Object.keys(document)).toEqual(["alert", "checks", "write_backs"]);
  for (const check of document.checks) {
    expect(Object.keys(check)).toEqual(keys);
    for (const finding of check.findings) expect(Object.keys(finding)).toEqual(["kind", "code", "sentence", "fix"]);
  }
  return document;
}

function problems(document: CheckDocument): readonly (string | null)[] {
  return document.checks.flatMap(({ findings }) =>
    findings.filter(({ kind }) => kind === "problem").map(({ code }) => code),
  );
}

describe("writeback check", () => {
  it("tells what is stored and whether a save would be accepted, and spends nothing", async () => {
    succeeded(await home.run(["auth", "import", "tiktok/a"], { input: home.tokenJson("tiktok/a") }));
    const stored = (): readonly string[] =>
      readdirSync(home.storeFolder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".age"));
    const before = stored().map((name) => readFileSync(path.join(home.storeFolder, name)));
    const { stdout } = succeeded(await home.run(["writeback", "check", "tiktok", "--json"]));
    expect(found(stdout)).toMatchObject({
      alert: false,
      checks: [
        {
          account: "a",
          write_back: "local",
          target: `local:${home.storeFolder}#tiktok/a`,
          readable: true,
          stored: "grant",
          generation: 1,
          claim: null,
          retired: null,
          writable: true,
          claims: false,
          outlives_run: true,
        },
        { account: "b", stored: "nothing", generation: null, writable: true, alert: false },
      ],
      write_backs: [],
    });
    expect(before.length).toBeGreaterThan(0);
    expect(stored().map((name) => readFileSync(path.join(home.storeFolder, name)))).toEqual(before);
    expect(await home.sandbox.control.counts()).toMatchObject({ requests: 0 });
  });

  it("prints a table for a human that fits 80 columns and says what to type next", async () => {
    await home.importAll();
    succeeded(await home.run(["auth", "forget", "crm", "--yes"]));
    const { exitCode, stdout, stderr } = await home.run(["writeback", "check"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "" });
    const lines = stdout.split("\n");
    expect(lines[0]).toMatch(/^GRANT +WRITE-BACK +STORED +SAVE$/);
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(stdout).toMatch(/^tiktok\/a +local +generation 1 +accepted$/m);
    expect(stdout).toMatch(/^crm +local +tombstone +-$/m);
    const words = stdout.replaceAll(/\s+/g, " ");
    expect(words).toContain("Consent again if it is wanted (`tokenward auth crm`)");
    expect(words).toContain("[ERR_AUTH_RETIRED]");
    expect(words).toContain("4 grants checked, nothing spent. Needs attention: crm.");
    for (const sentinel of sentinels(home)) expect(stdout).not.toContain(sentinel);
  });

  it("tells a store that cannot be read or written, with what to do", async () => {
    succeeded(await home.run(["auth", "import", "tiktok/a"], { input: home.tokenJson("tiktok/a") }));
    renameSync(home.storeFolder, `${home.storeFolder}.away`);
    writeFileSync(home.storeFolder, "no folder\n");
    const { exitCode, stdout } = await home.run(["writeback", "check", "tiktok/a", "--json"]);
    expect(exitCode).toBe(1);
    const document = found(stdout);
    expect(document.alert).toBe(true);
    expect(problems(document)).toEqual([expect.stringMatching(/^ERR_WRITEBACK_UN(READ|WRIT)ABLE$/)]);
    for (const { findings } of document.checks) {
      for (const { kind, fix } of findings) if (kind === "problem") expect(fix).toMatch(/\.$/);
    }
    const human = await home.run(["writeback", "check", "tiktok/a"]);
    expect(human.stdout).toMatch(/^tiktok\/a +local +unreadable|refused$/m);
  });

  it("tells a token that this machine keeps and could not save", async () => {
    succeeded(await home.run(["auth", "import", "tiktok/a"], { input: home.tokenJson("tiktok/a") }));
    const { control } = home.sandbox;
    await control.fault({ match: { platform: "tiktok" }, drop: "after" });
    await home.run(["auth", "refresh", "tiktok/a"]);
    const { exitCode, stdout } = await home.run(["writeback", "check", "tiktok/a", "--json"]);
    expect(exitCode).toBe(1);
    expect(problems(found(stdout))).toEqual(["ERR_AUTH_IN_DOUBT"]);
    expect(stdout).toContain("`tokenward auth recover tiktok/a`");
    expect(await control.counts()).toMatchObject({ requests: 1 });
  });

  it("ends with 2 where every run here would be refused, and with 1 where only some would", async () => {
    await home.importAll();
    const job = { env: { CI: "true" } };
    const all = await home.run(["writeback", "check", "tiktok", "--json"], job);
    expect(all.exitCode).toBe(2);
    expect(problems(found(all.stdout))).toEqual(["ERR_WRITEBACK_NOT_DURABLE", "ERR_WRITEBACK_NOT_DURABLE"]);
    const some = await home.run(["writeback", "check", "--json"], job);
    expect(some.exitCode).toBe(1);
  });

  it("judges nothing for a name that is not configured", async () => {
    const { exitCode, stdout } = await home.run(["writeback", "check", "tiktk", "--json"]);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "ERR_CONFIG_GRANT_UNKNOWN" } });
    expect(existsSync(home.storeFolder)).toBe(false);
  });
});
