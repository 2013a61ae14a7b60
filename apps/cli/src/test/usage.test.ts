import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
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
    ["auth", "move"],
    ["auth", "forget"],
    ["writeback"],
    ["writeback", "check"],
    ["config"],
    ["config", "check"],
    ["plugins"],
    ["plugins", "list"],
    ["sandbox"],
    ["completion"],
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
    ["auth recover", "Name a grant, or a recovery capsule with --capsule."],
    ["auth recover --capsule x --retry-once", "--capsule and --retry-once exclude each other."],
    ["auth recover tiktok --identity key.txt", "--identity goes with --capsule."],
    ["auth recover --capsul x", "Unknown option '--capsul'. Did you mean --capsule?"],
    ["auth move tiktok", "Required option '--to <backend>' not specified."],
    ["auth move --to aws", "Missing required argument 'selection'."],
    ["auth move tiktok --to aws --dryrun", "Unknown option '--dryrun'. Did you mean --dry-run?"],
    ["auth mvoe tiktok --to aws", "Unknown command 'mvoe'. Did you mean move?"],
    ["auth move tiktok youtube --to aws", "Too many arguments for 'move'."],
    ["auth forget --yes", "Missing required argument 'grant'."],
    ["auth forget tiktok youtube --yes", "Too many arguments for 'forget'."],
    ["auth forget tiktok --yess", "Unknown option '--yess'. Did you mean --yes?"],
    ["auth forgett tiktok --yes", "Unknown command 'forgett'. Did you mean forget?"],
    ["writeback chek", "Unknown command 'chek'. Did you mean check?"],
    ["writeback check all --dry-run", "Unknown option '--dry-run'."],
    ["writeback", "A command is missing."],
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

describe("what V8 compiled in an earlier run", () => {
  const folder = (): string => path.join(home.folder, "..", "cache", "tokenward", "compiled");
  const files = (): string[] => readdirSync(folder()).filter((name) => name.endsWith("_config_check"));

  it("is kept for this user only, one file per command", async () => {
    await home.run(["config", "check"]);
    await home.run(["config", "check"]);
    expect(files()).toHaveLength(1);
    const { mode, size } = statSync(path.join(folder(), files()[0] ?? ""));
    expect(size).toBeGreaterThan(10_000);
    if (process.platform !== "win32") expect(mode & 0o777).toBe(0o600);
  });

  it("changes nothing where it is damaged, empty or cannot be kept", async () => {
    const expected = await home.run(["config", "check"]);
    const file = path.join(folder(), files()[0] ?? "");
    const whole = readFileSync(file);
    const flipped = Buffer.from(whole).fill(0x5a, 20_000, 30_000);
    for (const damaged of [Buffer.alloc(0), whole.subarray(0, 5000), Buffer.from("not what V8 wrote"), flipped]) {
      writeFileSync(file, damaged);
      expect(await home.run(["config", "check"])).toEqual(expected);
      expect(statSync(file).size).toBeGreaterThan(10_000);
    }
    for (const env of [{ NODE_DISABLE_COMPILE_CACHE: "1" }, { XDG_CACHE_HOME: "/dev/null/nowhere" }]) {
      expect(await home.run(["config", "check"], { env })).toEqual(expected);
    }
  });
});
