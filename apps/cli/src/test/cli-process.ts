import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../../bin/tokenward.js", import.meta.url));
const built = fileURLToPath(new URL("../../dist/main.cjs", import.meta.url));

/** How a command ended. */
export interface CliResult {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a test may say about one run. */
export interface CliOptions {
  readonly input?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  readonly node?: string | undefined;
}

/** A home of its own for the real CLI: nothing of this machine's user is read or written. */
export interface CliHome {
  readonly folder: string;
  readonly stateFolder: string;
  readonly storeFolder: string;
  writeConfig(yaml: string, name?: string): string;
  run(args: readonly string[], options?: CliOptions): Promise<CliResult>;
  /** What {@link CliHome.run} starts, for tests that put another program in between. */
  readonly process: {
    readonly node: string;
    readonly bin: string;
    readonly env: Readonly<Record<string, string | undefined>>;
  };
  /** For tests that talk to a running command. */
  start(args: readonly string[], options?: CliOptions): ChildProcess;
  remove(): void;
}

/** Makes such a home in the temporary folder. */
export function createCliHome(): CliHome {
  if (!existsSync(built)) throw new Error(`${built} is missing: build first (npm test does, or: turbo run build)`);
  const folder = mkdtempSync(path.join(os.tmpdir(), "tokenward-cli-"));
  const project = path.join(folder, "project");
  mkdirSync(project);
  const stateFolder = path.join(folder, "state");
  const home = environment(folder, stateFolder);
  const start: CliHome["start"] = (args, options = {}) =>
    spawn(options.node ?? process.execPath, [bin, ...args], { cwd: project, env: { ...home, ...options.env } });
  return {
    folder: project,
    stateFolder,
    storeFolder: path.join(project, "store"),
    writeConfig: (yaml, name = "tokenward.config.yaml") => {
      const file = path.join(project, name);
      writeFileSync(file, yaml);
      return file;
    },
    process: { node: process.execPath, bin, env: home },
    start,
    run: async (args, options = {}) => {
      const child = start(args, options);
      child.stdin?.on("error", () => undefined);
      child.stdin?.end(options.input ?? "");
      return await finished(child);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Everything that a process printed, and how it ended. */
export async function finished(child: ChildProcess): Promise<CliResult> {
  const stdout = collected(child.stdout);
  const stderr = collected(child.stderr);
  return await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode, signal) => resolve({ exitCode, signal, stdout: stdout(), stderr: stderr() }));
  });
}

function collected(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: Buffer[] = [];
  stream?.on("data", (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString("utf8");
}

function environment(folder: string, stateFolder: string): Record<string, string | undefined> {
  const kept = ["PATH", "SystemRoot", "TEMP", "TMP", "TMPDIR"];
  return {
    ...Object.fromEntries(kept.map((name) => [name, process.env[name]])),
    HOME: folder,
    USERPROFILE: folder,
    APPDATA: path.join(folder, "roaming"),
    LOCALAPPDATA: path.join(folder, "cache"),
    XDG_CACHE_HOME: path.join(folder, "cache"),
    XDG_CONFIG_HOME: path.join(folder, "configuration"),
    XDG_DATA_HOME: path.join(folder, "data"),
    XDG_STATE_HOME: path.join(folder, "state-home"),
    TOKENWARD_STATE_DIR: stateFolder,
    TOKENWARD_IDENTITY_FILE: path.join(folder, "identity.txt"),
    TZ: "UTC",
  };
}
