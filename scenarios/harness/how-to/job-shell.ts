import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { chmod, glob, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { tokenwardBin, type Finished } from "../cli.ts";

/** How a script ended, and what everybody on the machine could see of it. */
export interface JobEnd extends Finished {
  /** The arguments of the machine's own programs, a line each. */
  readonly args: string;
}

/** A machine that is made for one job, and is gone after it: an empty disk, and the programs that the page counts on. */
export interface JobMachine {
  /** Where the job's files are checked out. */
  readonly folder: string;
  readonly home: string;
  /** Where its programs are looked for. */
  readonly path: string;
  /** Runs what the page says in a shell, as runners do: it ends at the first line that fails. */
  run(script: string, env: Readonly<Record<string, string | undefined>>, input?: string): Promise<JobEnd>;
  dispose(): Promise<void>;
}

const asRunners = ["--noprofile", "--norc", "-eo", "pipefail"];

/** Further programs by name, each as a shell script. */
export type Programs = Readonly<Record<string, string>>;

/** Makes one. `npx --yes tokenward@1` and `tokenward` are the CLI under test; nothing is downloaded. */
export async function createJobMachine(
  files: Readonly<Record<string, string>>,
  programs: Programs = {},
): Promise<JobMachine> {
  const root = await mkdtemp(path.join(tmpdir(), "tokenward-job-"));
  const [folder, bin, home] = ["work", "bin", "home"].map((name) => path.join(root, name)) as [string, string, string];
  await Promise.all([folder, bin, home].map(async (name) => await mkdir(name)));
  const argsFile = path.join(root, "args.log");
  await symlink(process.execPath, path.join(bin, "node"));
  const cli = `exec ${quoted(process.execPath)} ${quoted(tokenwardBin)} "$@"`;
  const npx = `[ "$1 $2" = "--yes tokenward@1" ] || { echo "npx was told: $*" >&2; exit 90; }\nshift 2\n${cli}`;
  for (const [name, body] of Object.entries({ tokenward: cli, npx, ...programs })) {
    await writeFile(path.join(bin, name), `#!/bin/sh\nprintf '%s\\n' "$*" >> ${quoted(argsFile)}\n${body}\n`);
    await chmod(path.join(bin, name), 0o755);
  }
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
  const search = `${bin}${path.delimiter}${process.env["PATH"] ?? ""}`;
  return {
    folder,
    home,
    path: search,
    run: async (script, env, input = "") => {
      const file = path.join(root, "script.sh");
      await writeFile(file, script);
      const whole = {
        PATH: search,
        HOME: home,
        // Node's compiled code: it holds nothing of a job's.
        XDG_CACHE_HOME: path.join(tmpdir(), "tokenward-scenarios-cache"),
        ...env,
      };
      const finished = await ended(spawn("bash", [...asRunners, file], { cwd: folder, env: whole }), input);
      return { ...finished, args: await readFile(argsFile, "utf8").catch(() => "") };
    },
    dispose: async () => await rm(root, { recursive: true, force: true }),
  };
}

async function ended(child: ChildProcessWithoutNullStreams, input: string): Promise<Finished> {
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  // A script that reads nothing may be over before its input is.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { code, signal, ...output };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** The files below some folders of a machine, by name. */
export async function filesOn(
  { folder }: JobMachine,
  paths: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const kept of paths) {
    for await (const name of glob(`${kept}**/*`, { cwd: folder })) {
      found[name] = await readFile(path.join(folder, name), "utf8");
    }
  }
  return found;
}
