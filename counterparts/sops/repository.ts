import { chmod, copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runProgram, type ProgramEnd } from "./program.ts";

const transport = fileURLToPath(new URL("./transport.sh", import.meta.url));

/** What the git server does wrong. */
export type GitTrouble = "forbidden" | "read-only" | "quota" | "throttled" | "unavailable" | "timeout" | "reset";

/** A git server with one repository that holds one file, reached as over ssh. */
export interface Repository {
  /** What a process needs in its environment to reach it. */
  readonly env: Readonly<Record<string, string>>;
  /** A fresh checkout, as a job finds it. */
  checkOut(folder: string): Promise<void>;
  git(folder: string, ...args: readonly string[]): Promise<string>;
  tryGit(folder: string, ...args: readonly string[]): Promise<ProgramEnd>;
  /** The file's content that a checkout would have now. */
  published(): Promise<string>;
  /** The newest commit. */
  tip(): Promise<string>;
  /** Somebody else pushes a content of the file, or of another one. */
  pushElsewhere(content: string, file?: string): Promise<void>;
  /** Puts the branch where it was. */
  resetTo(commit: string): Promise<void>;
  trouble(which: GitTrouble | undefined, during: "all" | "save"): Promise<void>;
}

/**
 * Makes one in a folder.
 *
 * @param file path of the file in the repository
 */
export async function makeRepository(folder: string, file: string, content: string): Promise<Repository> {
  const bare = join(folder, "tokens.git");
  const ssh = join(folder, "transport.sh");
  await mkdir(folder, { recursive: true });
  await copyFile(transport, ssh);
  await chmod(ssh, 0o755);
  const env = {
    GIT_SSH_COMMAND: `'${ssh}'`,
    GIT_SSH_VARIANT: "ssh",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
  };
  const call = { env: { PATH: process.env["PATH"] ?? "", HOME: folder, ...env } };
  const tryGit = async (cwd: string, ...args: readonly string[]): Promise<ProgramEnd> =>
    await runProgram("git", args, { cwd, ...call });
  const checked = (args: readonly string[], { code, stdout, stderr }: ProgramEnd): string => {
    if (code !== 0) throw new Error(`git ${args.join(" ")} ended with ${String(code)}: ${stderr}`);
    return stdout.trim();
  };
  const git = async (cwd: string, ...args: readonly string[]): Promise<string> =>
    checked(args, await tryGit(cwd, ...args));
  const commit = async (text: string, path: string, parent?: string): Promise<void> => {
    const index = { GIT_INDEX_FILE: join(folder, "index") };
    await rm(index.GIT_INDEX_FILE, { force: true });
    const plumb = async (args: readonly string[], input = ""): Promise<string> =>
      checked(args, await runProgram("git", args, { cwd: bare, env: { ...call.env, ...index }, input }));
    const blob = await plumb(["hash-object", "-w", "--stdin"], text);
    if (parent !== undefined) await plumb(["read-tree", parent]);
    await plumb(["update-index", "--add", "--cacheinfo", `100644,${blob},${path}`]);
    const as = ["-c", "user.name=somebody", "-c", "user.email=somebody@localhost"];
    const parents = parent === undefined ? [] : ["-p", parent];
    const tree = await plumb(["write-tree"]);
    const made = await plumb([...as, "commit-tree", tree, ...parents, "-m", `Change ${basename(path)}`]);
    await plumb(["update-ref", "refs/heads/main", made]);
  };
  await git(folder, "init", "--quiet", "--bare", "--initial-branch=main", bare);
  await commit(content, file);
  return {
    env,
    git,
    tryGit,
    checkOut: async (where) => {
      // As CI does it: one commit deep.
      await git(folder, "clone", "--quiet", "--depth=1", `ssh://git@git.example${bare}`, where);
    },
    published: async () => (await tryGit(bare, "show", `main:${file}`)).stdout,
    tip: async () => await git(bare, "rev-parse", "main"),
    pushElsewhere: async (text, path = file) => await commit(text, path, "main"),
    resetTo: async (to) => {
      await git(bare, "update-ref", "refs/heads/main", to);
    },
    trouble: async (which, during) => {
      const note = join(folder, "trouble");
      if (which === undefined) await rm(note, { force: true });
      else await writeFile(note, `${which} ${during}\n`);
    },
  };
}
