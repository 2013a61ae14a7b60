import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const program = pathToFileURL(path.join(import.meta.dirname, "main.ts")).href;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "tokenward-typed-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

// A process of its own, without a terminal, whose standard input stays open: what waits for an answer hangs.
async function typed(...args: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const run = `await (await import(${JSON.stringify(program)})).main(process.argv.slice(1));`;
  const child = spawn(process.execPath, ["--no-warnings", "--input-type=module", "-e", run, "--", ...args], {
    cwd: folder,
    env: { ...process.env, CI: "" },
    stdio: "pipe",
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (text: Buffer) => (stdout += text.toString()));
  child.stderr.on("data", (text: Buffer) => (stderr += text.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return { code, stdout, stderr };
}

describe("a complete command line", () => {
  test("creates the package in the usual folder, and says what comes next", async () => {
    const { code, stdout, stderr } = await typed("acme", "--kind", "rate-bucket");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("cd tokenward-rate-bucket-acme\n  npm install\n  npm test\n");
    const manifest = readFileSync(path.join(folder, "tokenward-rate-bucket-acme", "package.json"), "utf8");
    expect(JSON.parse(manifest)).toMatchObject({ name: "tokenward-rate-bucket-acme" });
  });

  test.each([
    [["tokenward-notifier-acme", "--folder", "."], "tokenward-notifier-acme"],
    [["acme", "--yes", "--folder", "."], "tokenward-refresher-acme"],
    [["--kind=write-back", "acme", "--folder", "."], "tokenward-writeback-acme"],
  ])("%j", async (args, name) => {
    expect(await typed(...args)).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"))).toMatchObject({ name });
  });
});

describe("one that is not", () => {
  test.each<[readonly string[], RegExp]>([
    [[], /a name and --kind \(refresher, write-back, notifier, rate-bucket\)/],
    [["acme"], /Say --kind/],
    [["--kind", "notifier"], /Say a name/],
    [["--yes"], /Say a name.*--yes/],
    [["acme", "crm", "--yes"], /too much/],
    [["acme", "--kind", "state"], /no kind "state"/],
    [["acme", "--knd", "notifier"], /--knd/],
    [["acme", "--kind"], /--kind/],
    [["tiktok", "--kind", "refresher"], /Tokenward's own refresher/],
    [["tokenward-notifier-acme", "--kind", "refresher"], /says notifier/],
    [["Acme", "--yes"], /small letters/],
  ])("%j ends with 2, one sentence and nothing written", async (args, sentence) => {
    const { code, stdout, stderr } = await typed(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(sentence);
    expect(stderr).toMatch(/^[^\n]+\.\n$/);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("leaves a folder alone that is not empty", async () => {
    writeFileSync(path.join(folder, "mine.txt"), "mine");
    const { code, stderr } = await typed("acme", "--yes", "--folder", ".");
    expect(code).toBe(2);
    expect(stderr).toContain("is not empty (it holds mine.txt)");
    expect(readdirSync(folder)).toEqual(["mine.txt"]);
  });
});

test("--help says how, and --version which", async () => {
  expect(await typed("--help")).toMatchObject({ code: 0, stderr: "", stdout: expect.stringContaining("--folder") });
  expect(await typed("--version")).toMatchObject({
    code: 0,
    stderr: "",
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
});
