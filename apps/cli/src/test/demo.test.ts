import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { finished } from "./cli-process.ts";

const demo = fileURLToPath(new URL("../../../../scripts/demo/demo.mjs", import.meta.url));
const folder = path.join(mkdtempSync(path.join(os.tmpdir(), "tokenward-demo-")), "demo folder");
afterAll(() => rmSync(path.dirname(folder), { recursive: true, force: true }));

it("the demo tells its story twice, also in CI and behind a proxy, and what it says to try next works", async () => {
  // Port 9 discards: whatever is sent to this proxy is lost.
  const proxy = "http://127.0.0.1:9";
  const env = { ...process.env, CI: "true", HTTP_PROXY: proxy, HTTPS_PROXY: proxy, FORCE_COLOR: undefined };
  for (let run = 1; run <= 2; run += 1) {
    const told = await finished(spawn(process.execPath, [demo, "--folder", folder], { env }));
    expect(told, told.stderr).toMatchObject({ exitCode: 0 });
    const text = told.stdout.replaceAll(/\s+/g, " ");
    expect(text).toContain("0 requests, and not a byte");
    expect(text).toContain("LinkedIn token expires in 9 days — run `tokenward auth linkedin`");
    expect(text).toContain("Needs attention: linkedin. exit code 1 → Exit code 1: something needs a human");
    expect(text).toContain("6 rotations, 0 replays, 0 grants lost");
  }
  const shortcut = path.join(folder, process.platform === "win32" ? "tokenward.cmd" : "tokenward");
  const shell = process.platform === "win32";
  const tried = await finished(spawn(shell ? `"${shortcut}"` : shortcut, ["auth", "status"], { env, shell }));
  expect(tried).toMatchObject({
    exitCode: 1,
    stdout: expect.stringContaining("7 grants: 1 skipped, 5 healthy, 1 reauth-required. Needs attention: linkedin."),
  });
});
