import { execFile } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileIdentity, isInWorkTree } from "./work-tree.ts";

const execute = promisify(execFile);

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "tokenward-work-tree-")));
});
afterEach(async () => await rm(folder, { recursive: true, force: true }));

const git = async (where: string, ...args: readonly string[]): Promise<void> => {
  const as = ["-c", "user.name=somebody", "-c", "user.email=somebody@localhost"];
  const env = { PATH: process.env["PATH"] ?? "", HOME: folder, GIT_CONFIG_NOSYSTEM: "1" };
  await execute("git", [...as, ...args], { cwd: where, env });
};
const clone = async (name: string, ...remotes: readonly (readonly [string, string])[]): Promise<string> => {
  const work = join(folder, name);
  await mkdir(join(work, "secrets"), { recursive: true });
  await git(work, "init", "--quiet");
  for (const [remote, url] of remotes) await git(work, "remote", "add", remote, url);
  const file = join(work, "secrets", "tokens.enc.yaml");
  await writeFile(file, "{}");
  return file;
};

describe("what names a file wherever it is checked out", () => {
  it.each([
    "git@git.example:agency/posting.git",
    "ssh://git@git.example/agency/posting.git",
    "ssh://git@git.example:2222/agency/posting.git",
    "https://git.example/agency/posting",
    "https://ci:pa55word@GIT.example/agency/posting.git/",
  ])("is the same for %s", async (url) => {
    const file = await clone("work", ["origin", url]);
    expect(await fileIdentity(file)).toBe("git.example/agency/posting//secrets/tokens.enc.yaml");
  });

  it("is that of origin, or of the only remote", async () => {
    const [one, two] = ["https://git.example/a/one.git", "https://git.example/a/two.git"];
    const many = await clone("many", ["fork", one], ["origin", two]);
    expect(await fileIdentity(many)).toBe("git.example/a/two//secrets/tokens.enc.yaml");
    expect(await fileIdentity(await clone("single", ["upstream", one]))).toContain("git.example/a/one//");
  });

  it("is the real path where there is no remote, and no repository", async () => {
    const alone = await clone("alone");
    expect(await fileIdentity(alone)).toBe(alone);
    const plain = join(folder, "tokens.yaml");
    expect(await fileIdentity(plain)).toBe(plain);
    await writeFile(plain, "{}");
    await symlink(plain, join(folder, "link.yaml"));
    expect(await fileIdentity(join(folder, "link.yaml"))).toBe(plain);
  });

  it("is the same in a linked work tree", async () => {
    const file = await clone("main", ["origin", "git@git.example:agency/posting.git"]);
    const work = join(folder, "main");
    await git(work, "add", ".");
    await git(work, "commit", "--quiet", "--message", "The file");
    await git(work, "worktree", "add", "--quiet", join(folder, "linked"));
    expect(await fileIdentity(join(folder, "linked", "secrets", "tokens.enc.yaml"))).toBe(await fileIdentity(file));
  });
});

it("a file lies in a work tree where it, or what it is a link to, does", async () => {
  const file = await clone("work");
  await symlink(file, join(folder, "link.yaml"));
  expect(isInWorkTree(file)).toBe(true);
  expect(isInWorkTree(join(folder, "link.yaml"))).toBe(true);
  expect(isInWorkTree(join(folder, "work", "not-yet.yaml"))).toBe(true);
  expect(isInWorkTree(join(folder, "elsewhere.yaml"))).toBe(false);
});
