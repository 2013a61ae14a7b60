import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCliHome, finished, type CliHome } from "./cli-process.ts";

let home: CliHome;
let env: Record<string, string | undefined>;
beforeAll(() => {
  home = createCliHome();
  home.writeConfig(
    'platforms: { tiktok: { client_secret: "${NOT_SET}", accounts: { brand-a: {}, brand-b: { enabled: false } } }, youtube: {} }\n',
  );
  const programs = path.join(home.folder, "..", "programs");
  mkdirSync(programs);
  const { node, bin } = home.process;
  writeFileSync(path.join(programs, "tokenward"), `#!/bin/sh\nexec '${node}' '${bin}' "$@"\n`);
  chmodSync(path.join(programs, "tokenward"), 0o755);
  env = { ...home.process.env, PATH: `${programs}${path.delimiter}${process.env["PATH"] ?? ""}`, TERM: "xterm" };
});
afterAll(() => home.remove());

async function complete(...words: readonly string[]): Promise<readonly string[]> {
  const { exitCode, stdout, stderr } = await home.run(["complete", "--", ...words]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\t")[0] ?? "");
}

describe("what can come next", () => {
  it.each([
    [[""], ["auth", "writeback", "alerts", "config", "plugins", "sandbox", "completion", ":4"]],
    [
      ["auth", "re"],
      ["refresh", "recover", ":4"],
    ],
    [
      ["auth", "ti"],
      ["tiktok/brand-a", "tiktok/brand-b", ":4"],
    ],
    [
      ["auth", "refresh", ""],
      ["all", "tiktok", "tiktok/brand-a", "tiktok/brand-b", "youtube", ":4"],
    ],
    [["auth", "refresh", "--json", "all", ""], [":4"]],
    [
      ["auth", "import", "y"],
      ["youtube", ":4"],
    ],
    [
      ["auth", "refresh", "--d"],
      ["--dry-run", ":4"],
    ],
    [["auth", "refresh", "--dry-run", "--d"], [":4"]],
    [["auth", "refresh", "--", "--"], [":4"]],
    [["--config", ""], [":0"]],
    [["auth", "refresh", "--config", "x"], [":0"]],
    [["--config", "nowhere.yaml", "auth", "import", ""], [":4"]],
    [
      ["completion", ""],
      ["bash", "zsh", "fish", "powershell", ":4"],
    ],
    [
      ["completion", '""'],
      ["bash", "zsh", "fish", "powershell", ":4"],
    ],
    [["sandbox", "--port", ""], [":4"]],
    [["nonsense", "--what", "$(touch pwned)", ""], [":4"]],
    [["auth", "recover", "--capsule", ""], [":0"]],
    [
      ["auth", "mov"],
      ["move", ":4"],
    ],
    [
      ["auth", "move", "youtube", "--t"],
      ["--to", ":4"],
    ],
    [
      ["auth", "move", "youtube", "--to", "gitl"],
      ["gitlab", ":4"],
    ],
    [
      ["auth", "move", "all", "--to=loc"],
      ["--to=local", ":4"],
    ],
    [["auth", "recover", "--capsule", "x", "--identity", ""], [":0"]],
    [
      ["auth", "recover", "--capsule", "x", "--ident"],
      ["--identity", ":4"],
    ],
    [
      ["auth", "forget", "youtube", "--y"],
      ["--yes", ":4"],
    ],
    [
      ["auth", "forget", "y"],
      ["youtube", ":4"],
    ],
    [
      ["writeback", "check", "ti"],
      ["tiktok", "tiktok/brand-a", "tiktok/brand-b", ":4"],
    ],
    [[], ["auth", "writeback", "alerts", "config", "plugins", "sandbox", "completion", ":4"]],
  ])("%j", async (words, expected) => {
    expect((await complete(...words)).filter((word) => word !== "--env-file")).toEqual(expected);
  });

  it("is every write-back on board where one is to be named", async () => {
    const words = await complete("auth", "move", "youtube", "--to", "");
    expect(words).toEqual(expect.arrayContaining(["aws", "gitlab", "local", "sops", ":4"]));
  });

  it("says what each is", async () => {
    const { stdout } = await home.run(["complete", "--", "auth", "import", "tiktok/brand-b"]);
    expect(stdout).toBe("tiktok/brand-b\tswitched off\n:4\n");
  });

  it("writes nothing and needs no configuration that is right", async () => {
    const broken = home.writeConfig("platforms: { youtube: {}, tik", "broken.yaml");
    expect(await complete("--config", broken, "auth", "import", "")).toContain(":4");
    expect(existsSync(home.stateFolder)).toBe(false);
  });
});

describe("a script", () => {
  it.each(["bash", "zsh", "fish", "powershell"])("for %s asks the program", async (shell) => {
    const { exitCode, stdout } = await home.run(["completion", shell]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("tokenward complete -- ");
    expect(stdout).not.toContain("\\${");
    expect(stdout).not.toMatch(/\beval\b(?! "\$\(tokenward completion)/);
  });

  it("of another shell is a mistake that names those there are", async () => {
    const { exitCode, stdout, stderr } = await home.run(["completion", "tcsh"]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain("bash, zsh, fish, powershell");
  });
});

/** Why a shell cannot be tried here, if it cannot. */
function missing(shell: string): string | undefined {
  return spawnSync(shell, ["--version"]).error === undefined ? undefined : `${shell} is not installed`;
}

async function inShell(shell: string, args: readonly string[], script: string): Promise<string> {
  const child = spawn(shell, [...args, script], { cwd: home.folder, env });
  const { stdout, stderr } = await finished(child);
  expect(stderr).toBe("");
  return stdout.replaceAll("\r", "");
}

const line = 'tokenward auth refresh "$(touch pwned)" ';

describe("in the shell itself", () => {
  const without = { bash: missing("bash"), zsh: missing("zsh"), fish: missing("fish") };

  it.skipIf(without.bash !== undefined)(`bash${without.bash ? ` (${without.bash})` : ""}`, async () => {
    const seen = await inShell(
      "bash",
      ["--norc", "-c"],
      `eval "$(tokenward completion bash)"
       try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tokenward; echo "\${COMPREPLY[*]}"; }
       try tokenward auth re
       try tokenward auth import tiktok/
       try tokenward --config = tokenward.c
       try tokenward auth refresh '"$(touch pwned)"' ''
       complete -p tokenward`,
    );
    expect(seen.split("\n")).toEqual([
      "refresh recover",
      "tiktok/brand-a tiktok/brand-b",
      "tokenward.config.yaml",
      "",
      "complete -F _tokenward tokenward",
      "",
    ]);
    expect(existsSync(path.join(home.folder, "pwned"))).toBe(false);
  });

  it.skipIf(without.fish !== undefined)(`fish${without.fish ? ` (${without.fish})` : ""}`, async () => {
    const seen = await inShell(
      "fish",
      ["--no-config", "-c"],
      `tokenward completion fish | source
       complete -C 'tokenward auth re'
       complete -C 'tokenward auth import tiktok/'
       complete -C 'tokenward --config tokenward.c'
       complete -C '${line}'`,
    );
    expect(
      seen
        .trimEnd()
        .split("\n")
        .filter((text) => text !== ""),
    ).toEqual([
      "recover\tsettle an exchange that was interrupted",
      "refresh\trefresh tokens that are due",
      "tiktok/brand-a",
      "tiktok/brand-b\tswitched off",
      "tokenward.config.yaml",
    ]);
    expect(existsSync(path.join(home.folder, "pwned"))).toBe(false);
  });

  it.skipIf(without.zsh !== undefined)(`zsh${without.zsh ? ` (${without.zsh})` : ""}`, async () => {
    const seen = await inShell(
      "zsh",
      ["-f", "-c"],
      `autoload -Uz compinit && compinit -u -D
       source <(tokenward completion zsh)
       # What the completion system would be given, without a terminal to draw it on.
       _describe() { print -l -- "\${(@P)2}" }
       _files() { print files }
       try() { words=("$@"); CURRENT=$#; _tokenward; print -- -- }
       try tokenward auth re
       try tokenward auth import tiktok/
       try tokenward --config ''
       try tokenward auth refresh '"$(touch pwned)"' ''
       print -- "\${_comps[tokenward]}"`,
    );
    expect(seen.trimEnd().split("\n")).toEqual([
      "refresh:refresh tokens that are due",
      "recover:settle an exchange that was interrupted",
      "--",
      "tiktok/brand-a",
      "tiktok/brand-b:switched off",
      "--",
      "files",
      "--",
      "",
      "--",
      "_tokenward",
    ]);
    expect(existsSync(path.join(home.folder, "pwned"))).toBe(false);
  });
});
