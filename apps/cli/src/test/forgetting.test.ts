import { spawn, spawnSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { finished, type CliResult } from "./cli-process.ts";
import { createSandboxHome, sentinels, succeeded, type SandboxHome } from "./sandbox-home.ts";

let home: SandboxHome;
beforeEach(async () => {
  home = await createSandboxHome();
  succeeded(await home.run(["auth", "import", "crm"], { input: home.tokenJson("crm") }));
});
afterEach(async () => await home.close());

async function codeOfStatus(): Promise<string | null | undefined> {
  const { stdout } = await home.run(["auth", "status", "crm", "--json"]);
  return (JSON.parse(stdout) as { readonly statuses: readonly { readonly code: string | null }[] }).statuses[0]?.code;
}

describe("auth forget", () => {
  it("asks, and where nobody can be asked it does nothing without --yes", async () => {
    for (const json of [[], ["--json"]]) {
      const { exitCode, stdout, stderr } = await home.run(["auth", "forget", "crm", ...json]);
      expect(exitCode).toBe(2);
      expect((stdout + stderr).replaceAll(/\s+/g, " ")).toContain("nobody can be asked here: add --yes.");
      if (json.length > 0) expect(Object.keys(JSON.parse(stdout) as object)).toEqual(["error"]);
    }
    expect(await codeOfStatus()).toBeNull();
  });

  it("leaves a tombstone, tells what the platform was not told, and stays forgotten", async () => {
    const { stdout } = succeeded(await home.run(["auth", "forget", "crm", "--yes"]));
    const words = stdout.replaceAll(/\s+/g, " ");
    expect(words).toMatch(/^GRANT ACTION DETAIL crm forgotten A tombstone in local:/);
    expect(words).toContain("crm was not told: end the access there");
    expect(words).toContain("Take crm out of the configuration");
    expect(words).toContain("`tokenward auth crm`");
    for (const line of stdout.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);

    const seeded = { env: { CRM_REFRESH_TOKEN: home.consents["crm"]?.refreshToken } };
    const refreshed = await home.run(["auth", "refresh", "crm", "--json"], seeded);
    expect(refreshed.exitCode).toBe(1);
    expect(JSON.parse(refreshed.stdout)).toMatchObject({
      statuses: [{ action: "reauth-required", code: "ERR_AUTH_RETIRED" }],
    });
    expect(await home.sandbox.control.counts()).toMatchObject({ requests: 0 });

    const again = succeeded(await home.run(["auth", "forget", "crm", "--yes", "--json"]));
    const document = JSON.parse(again.stdout) as { readonly statuses: readonly object[] };
    expect(document).toMatchObject({
      dry_run: false,
      alert: false,
      configuration: [],
      statuses: [{ action: "skipped" }],
    });
    expect(Object.keys(document.statuses[0] ?? {})).toEqual([
      "platform",
      "account",
      "action",
      "would",
      "from",
      "to",
      "alert",
      "code",
      "detail",
    ]);
    succeeded(await home.run(["auth", "import", "crm"], { input: home.tokenJson("crm") }));
    expect(await codeOfStatus()).toBeNull();
  });

  it("names the variable that still holds a token, and prints no token", async () => {
    const refreshToken = home.consents["crm"]?.refreshToken;
    const { stdout, stderr } = succeeded(
      await home.run(["auth", "forget", "crm", "--yes"], { env: { CRM_REFRESH_TOKEN: refreshToken } }),
    );
    expect(stdout.replaceAll(/\s+/g, " ")).toContain("Remove CRM_REFRESH_TOKEN from the environment, too.");
    for (const sentinel of sentinels(home)) expect(stdout + stderr).not.toContain(sentinel);
  });

  it.each([
    [
      "auth forget tiktok --yes",
      "ERR_CONFIG_USAGE: `tiktok` means more than one grant: name one of tiktok/a, tiktok/b.",
    ],
    ["auth forget cmr --yes", "ERR_CONFIG_GRANT_UNKNOWN: `cmr` is not configured. Did you mean `crm`?"],
  ])("%s: forgets nothing and says why", async (line, message) => {
    const { exitCode, stdout, stderr } = await home.run(line.split(" "));
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr.replaceAll(/\s+/g, " ")).toContain(message);
    expect(await codeOfStatus()).toBeNull();
  });
});

// `script` of util-linux puts a program on a terminal of its own.
const noTerminal = /util-linux/.test(spawnSync("script", ["--version"], { encoding: "utf8" }).stdout ?? "")
  ? undefined
  : "`script` of util-linux is not installed";

/** Runs a command on a terminal, and answers as soon as it asks: types that, or sends that signal. */
async function onTerminal(command: string, answer: string): Promise<CliResult> {
  const { node, bin, env } = home.process;
  const line = `echo "pid $$"; exec '${node}' '${bin}' ${command}`;
  const child = spawn("script", ["--quiet", "--return", "--command", line, "/dev/null"], {
    cwd: home.folder,
    env: { ...env, ...home.env, SHELL: "/bin/sh", TERM: "xterm", NO_COLOR: "1" },
  });
  let seen = "";
  child.stdout.on("data", (chunk: Buffer) => {
    const asked = seen.includes("to go on:");
    seen += chunk.toString("utf8");
    if (asked || !seen.includes("to go on:")) return;
    if (answer === "SIGTERM") process.kill(Number(/pid (\d+)/.exec(seen)?.[1]), answer);
    else child.stdin.write(answer);
  });
  return await finished(child);
}

describe.skipIf(noTerminal !== undefined)(`auth forget on a terminal${noTerminal ? ` (${noTerminal})` : ""}`, () => {
  it("forgets once the grant's name was typed", async () => {
    const { exitCode, stdout } = await onTerminal("auth forget crm", "crm\r");
    expect(exitCode, stdout).toBe(0);
    expect(stdout.replaceAll(/\s+/g, " ")).toContain("Its token is not revoked: crm is not told.");
    expect(stdout).toContain("forgotten");
    expect(await codeOfStatus()).toBe("ERR_AUTH_RETIRED");
  });

  it.each([
    ["another word", "yes\r"],
    ["nothing", "\r"],
    ["Ctrl-C", "\u0003"],
    ["Ctrl-D", "\u0004"],
    ["being told to end", "SIGTERM"],
  ])("does nothing after %s", async (_, typed) => {
    const { exitCode, stdout } = await onTerminal("auth forget crm", typed);
    expect(exitCode, stdout).toBe(2);
    expect(stdout.replaceAll(/\s+/g, " ")).toContain("`crm` was not typed, so nothing was changed.");
    expect(await codeOfStatus()).toBeNull();
  });
});
