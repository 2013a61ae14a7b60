import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { StepEvents } from "./step-events.ts";
import type { Workspace } from "./workspace.ts";

/** The built CLI, as people run it. `TOKENWARD_CLI` names another copy of it, such as an installed package's. */
export const tokenwardBin: string =
  process.env["TOKENWARD_CLI"] ?? fileURLToPath(new URL("../../apps/cli/bin/tokenward.js", import.meta.url));

const watcher = fileURLToPath(new URL("./step-watcher.mjs", import.meta.url));

/** What a finished process left behind. */
export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a process is to be treated at a step of the refresh path. */
export interface AtStep {
  /** `intent:end`, `send:start`, … as the channel `tokenward:refresh` publishes them. */
  readonly event: string;
  /** The signal that the process sends to itself right there. */
  readonly signal: "SIGKILL" | "SIGTERM" | "SIGSTOP";
  /** Only for this grant. */
  readonly grant?: string | undefined;
}

/** How a CLI process is started. */
export interface RunOptions {
  readonly input?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  readonly at?: AtStep | undefined;
  /** A file to which every event of the refresh path is appended, synchronously, before anything else happens. */
  readonly eventsFile?: string | undefined;
  /** The user to run as; the test itself runs as root on CI. */
  readonly uid?: number | undefined;
  /** Runs as root, whom file modes then stop like anybody else. Linux. */
  readonly withoutCapabilities?: boolean | undefined;
  /** Bytes that any file may grow to, as `ulimit -f` sets it: what a full disk or quota looks like from inside. */
  readonly fileSizeLimit?: number | undefined;
  readonly cwd?: string | undefined;
}

/** A CLI process that runs, or ran. */
export interface Running {
  readonly process: ChildProcess;
  readonly finished: Promise<Finished>;
}

/** A CLI process whose steps can be followed while it runs. */
export interface Watched extends Running {
  readonly events: StepEvents;
}

/** Starts the CLI in a workspace. */
export function start(workspace: Workspace, args: readonly string[], options: RunOptions = {}): Running {
  return launch(workspace, args, options, false);
}

/** Starts the CLI in a workspace, and hears of every event of its refresh path at once. */
export function startWatched(workspace: Workspace, args: readonly string[], options: RunOptions = {}): Watched {
  const running = launch(workspace, args, options, true);
  return { ...running, events: new StepEvents(running.process.stdio[3] as Readable) };
}

function launch(workspace: Workspace, args: readonly string[], options: RunOptions, watched: boolean): Running {
  const preload = watched || options.at !== undefined || options.eventsFile !== undefined ? ["--import", watcher] : [];
  const node = [process.execPath, ...preload, tokenwardBin, ...args];
  const limited = options.fileSizeLimit === undefined ? [] : ["prlimit", `--fsize=${options.fileSizeLimit}`, "--"];
  const stripped =
    options.withoutCapabilities === true ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--"] : [];
  const [program = process.execPath, ...rest] = [...stripped, ...limited, ...node];
  const child = spawn(program, rest, {
    cwd: options.cwd ?? workspace.folder,
    env: {
      ...workspace.env,
      ...(options.at === undefined
        ? {}
        : { STEP_EVENT: options.at.event, STEP_SIGNAL: options.at.signal, STEP_GRANT: options.at.grant }),
      ...(options.eventsFile === undefined ? {} : { STEP_EVENTS_FILE: options.eventsFile }),
      ...(watched ? { STEP_EVENTS_FD: "3" } : {}),
      ...options.env,
    },
    stdio: ["pipe", "pipe", "pipe", ...(watched ? ["pipe" as const] : [])],
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  const output = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  // A process that was killed does not read its input any more; that is no failure of the test.
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(options.input ?? "");
  const finished = once(child, "close").then(([code, signal]): Finished => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    ...output,
  }));
  return { process: child, finished };
}

/** Runs the CLI to its end. */
export async function run(workspace: Workspace, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return await start(workspace, args, options).finished;
}

/** Runs the CLI with `--json` and reads its one document. */
export async function runJson<T>(
  workspace: Workspace,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished & { readonly document: T }> {
  const finished = await run(workspace, [...args, "--json"], options);
  try {
    return { ...finished, document: JSON.parse(finished.stdout) as T };
  } catch {
    throw new Error(`no JSON on stdout (exit ${finished.code}): ${finished.stdout}\n${finished.stderr}`);
  }
}
