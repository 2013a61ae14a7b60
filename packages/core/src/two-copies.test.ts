import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it, onTestFinished } from "vitest";

// What a project with a configuration in TypeScript has: the CLI's copy of core, and the one that its plugins import.
const script = `
const [first, second] = await Promise.all(process.argv.slice(2).map((entry) => import(entry)));
const token = first.secret("rft.of-the-first-copy");
const error = new first.TokenwardError("ERR_CONFIG_USAGE", { reason: "as the first copy says" });
const outer = new second.TokenwardError("ERR_AUTH_INTERRUPTED", {}, { cause: error });
const plugin = first.defineNotifier({
  name: "sample",
  apiVersion: first.pluginApiVersion,
  options: { "~standard": { version: 1, vendor: "none", validate: (value) => ({ value }) } },
  create: (options) => ({ options, notify: async () => {} }),
});
globalThis[Symbol.for("tokenward.configuring")] = (asked, options) => ({ asked: asked === plugin, options });
process.stdout.write(JSON.stringify({
  apart: first.secret !== second.secret && first.TokenwardError !== second.TokenwardError,
  secret: second.isSecret(token),
  same: second.sameSecret(token, second.secret("rft.of-the-first-copy")),
  printed: String(token) + JSON.stringify(token),
  instance: error instanceof second.TokenwardError,
  error: second.TokenwardError.is(error),
  cause: outer.cause === error,
  redacted: second.redact("it was rft.of-the-first-copy, or " + encodeURIComponent("rft.of-the-first-copy")),
  learned: (second.rememberSecret("learned-by-the-second"), first.redact("a learned-by-the-second b")),
  told: new second.TokenwardError("ERR_CONFIG_USAGE", { reason: "rft.of-the-first-copy" }).message,
  configuring: plugin({ url: "x" }),
}));
`;

it("two copies of core in one process agree on secrets, errors, what is redacted, and who configures", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "tokenward-copies-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const entries = ["one", "two"].map((name) => {
    const copy = path.join(folder, name);
    cpSync(import.meta.dirname, path.join(copy, "src"), {
      recursive: true,
      filter: (file) => !file.includes(".test."),
    });
    symlinkSync(path.resolve(import.meta.dirname, "../node_modules"), path.join(copy, "node_modules"), "junction");
    writeFileSync(path.join(copy, "package.json"), JSON.stringify({ type: "module" }));
    return pathToFileURL(path.join(copy, "src", "index.ts")).href;
  });
  const file = path.join(folder, "compare.mjs");
  writeFileSync(file, script);
  const { stdout, stderr } = spawnSync(process.execPath, [file, ...entries], { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual({
    apart: true,
    secret: true,
    same: true,
    printed: '[secret]"[secret]"',
    instance: false,
    error: true,
    cause: true,
    redacted: "it was [secret], or [secret]",
    learned: "a [secret] b",
    told: "[secret]",
    configuring: { asked: true, options: { url: "x" } },
  });
});
