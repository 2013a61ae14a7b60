import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { finished } from "./cli-process.ts";
import { createSandboxHome, succeeded, type SandboxHome } from "./sandbox-home.ts";

let home: SandboxHome;
beforeEach(async () => {
  home = await createSandboxHome();
});
afterEach(async () => await home.close());

describe("a reader that goes away", () => {
  it("does not end the run", async () => {
    await home.importAll();
    const child = home.start(["auth", "refresh", "all"]);
    child.stdout?.destroy();
    child.stderr?.destroy();
    child.stdin?.end();
    const [exitCode] = (await once(child, "exit")) as [number];
    expect(exitCode).toBe(0);
    expect(await home.sandbox.control.counts()).toMatchObject({ rotations: 2, replays: 0 });
  });
});

describe.skipIf(process.platform === "win32")("a signal", () => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "%s lets what was sent be saved, and begins nothing",
    async (name) => {
      await home.importAll();
      const { control } = home.sandbox;
      const barrier = await control.barrier({ match: { platform: "tiktok", account: "a" }, at: "after" });
      const child = home.start(["auth", "refresh", "tiktok/a", "--json"]);
      child.stdin?.end();
      const result = finished(child);
      await control.held(barrier, 1);
      child.kill(name);
      child.kill(name);
      child.stderr?.once("data", () => void control.release(barrier));
      const { exitCode, signal, stdout } = await result;
      expect({ exitCode, signal }).toEqual({ exitCode: 0, signal: null });
      expect(JSON.parse(stdout)).toMatchObject({ statuses: [{ action: "rotated" }] });
      succeeded(await home.run(["auth", "refresh", "tiktok/a"]));
      expect(await control.counts()).toMatchObject({ rotations: 2, replays: 0 });
    },
  );

  it("ends a sandbox with 0", async () => {
    const child = home.start(["sandbox", "--port", "0"]);
    const result = finished(child);
    await once(child.stdout as NodeJS.ReadableStream, "data");
    child.kill("SIGINT");
    const { exitCode, stdout } = await result;
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/Sandbox on http:\/\/127\.0\.0\.1:\d+/);
  });
});

describe("a sandbox", () => {
  it("says in one sentence that its port is taken", async () => {
    const { port } = new URL(home.sandbox.url);
    const { exitCode, stderr } = await home.run(["sandbox", "--port", port]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`ERR_CONFIG_USAGE: Port ${port} is taken`);
  });
});

const script = "/usr/bin/script";
describe.skipIf(!existsSync(script))(`a terminal (needs ${script})`, () => {
  async function inTerminal(command: string, env: Record<string, string | undefined>): Promise<string> {
    const child = spawn(script, ["-qec", command, "/dev/null"], { cwd: home.folder, env: { ...env, TERM: "xterm" } });
    return (await finished(child)).stdout;
  }

  it("is no place to paste a token into", async () => {
    const { node, bin, env } = home.process;
    const shown = await inTerminal(`'${node}' '${bin}' auth import crm`, { ...env, ...home.env });
    expect(shown.replaceAll(/\s+/g, " ")).toContain("standard input is a terminal");
  });

  it("shows progress in one line and colours in the table", async () => {
    await home.importAll();
    const { node, bin, env } = home.process;
    const shown = await inTerminal(`'${node}' '${bin}' auth refresh`, { ...env, ...home.env });
    expect(shown).toContain("\r\u001B[2K4 of 4 done");
    expect(shown).toContain("\u001B[32mrotated\u001B[39m");
    const dull = await inTerminal(`'${node}' '${bin}' auth status`, { ...env, ...home.env, NO_COLOR: "1" });
    expect(dull).not.toContain("\u001B[3");
  });
});
