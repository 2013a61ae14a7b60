import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCliHome, type CliHome } from "./cli-process.ts";

let home: CliHome;
beforeAll(() => {
  home = createCliHome();
});
afterAll(() => home.remove());

describe("help", () => {
  it.each([
    [],
    ["auth"],
    ["auth", "refresh"],
    ["auth", "status"],
    ["auth", "import"],
    ["auth", "recover"],
    ["config"],
    ["config", "check"],
    ["plugins"],
    ["plugins", "list"],
    ["sandbox"],
  ])("of %s %s has an example", async (...command) => {
    const { exitCode, stdout, stderr } = await home.run([...command, "--help"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain(`Usage: ${["tokenward", ...command].join(" ")}`);
    expect(stdout).toMatch(/Examples?:\n {2}tokenward /);
  });

  it("fits 80 columns", async () => {
    for (const command of [[], ["auth"], ["auth", "import"], ["sandbox"]]) {
      const { stdout } = await home.run([...command, "--help"]);
      for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    }
  });
});

describe("a command line that is not one", () => {
  it.each([
    ["atuh refresh", "Unknown command 'atuh'. Did you mean auth?"],
    ["auth refersh", "Unknown command 'refersh'. Did you mean refresh?"],
    ["auth refersh all", "Unknown command 'refersh'. Did you mean refresh?"],
    ["auth refersh --dry-run", "Unknown command 'refersh'. Did you mean refresh?"],
    ["auth refresh all --dry-runn", "Unknown option '--dry-runn'. Did you mean --dry-run?"],
    ["auth refresh --dryrun", "Unknown option '--dryrun'. Did you mean --dry-run?"],
    ["auth refresh tiktok youtube", "Too many arguments for 'refresh'."],
    ["auth recover tiktok --retry", "Unknown option '--retry'."],
    ["auth tiktok --jsonn", "Unknown option '--jsonn'."],
    ["auth import", "Missing required argument 'grant'."],
    ["config chek", "Unknown command 'chek'. Did you mean check?"],
    ["sandbox --port 70000", "`70000` is not a port"],
    ["", "A command is missing."],
    ["auth", "A command is missing."],
  ])("%s: runs nothing and says why", async (line, message) => {
    const { exitCode, stdout, stderr } = await home.run(line.split(" ").filter((arg) => arg !== ""));
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr.replaceAll("\n", " ")).toContain(`ERR_CONFIG_USAGE: ${message}`);
    expect(existsSync(home.stateFolder)).toBe(false);
  });

  it("is JSON where JSON is wanted", async () => {
    const { exitCode, stdout, stderr } = await home.run(["auth", "refresh", "--json", "--dry-runn"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: "ERR_CONFIG_USAGE",
        message: "Unknown option '--dry-runn'. Did you mean --dry-run?",
        fix: "See `tokenward --help`.",
      },
    });
  });
});

describe("--version", () => {
  it.each([["--version"], ["-V"], ["--version", "--json"]])("%s", async (...args) => {
    const { exitCode, stdout, stderr } = await home.run(args);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
