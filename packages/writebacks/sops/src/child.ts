import { messageOf } from "@tokenward/core/plugin";

/** How a program ended. */
export interface Ended {
  readonly kind: "ended" | "timed out" | "not started";
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a program is started with. */
export interface ChildOptions {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Goes to its standard input; never into its arguments, which every user of the machine can read. */
  readonly input?: string | Uint8Array | undefined;
  /** Milliseconds until it is killed, with everything it started. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

// Milliseconds to clean up in.
const mostGrace = 1000;

const timedOut: Ended = { kind: "timed out", exitCode: undefined, stdout: "", stderr: "" };

/** Runs a program to its end, or to its deadline's. Never rejects. */
export async function runChild(file: string, args: readonly string[], options: ChildOptions): Promise<Ended> {
  const { execa } = await import("execa");
  const { folder, env, input = "", timeout, signal } = options;
  const groups = process.platform !== "win32";
  const child = execa(file, args, {
    cwd: folder,
    env,
    extendEnv: false,
    input,
    reject: false,
    stripFinalNewline: false,
    // Its own group, so that what it starts can be ended with it.
    detached: groups,
    windowsHide: true,
  });
  const over = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
  const ended = Promise.withResolvers<Ended>();
  const kill = (how: "SIGTERM" | "SIGKILL"): void => {
    const { pid } = child;
    try {
      if (groups && pid !== undefined) process.kill(-pid, how);
      else child.kill(how);
    } catch {
      // It was gone already.
    }
  };
  let grace: NodeJS.Timeout | undefined;
  const stop = (): void => {
    // Asked first: git leaves its lock files behind when it is killed.
    kill("SIGTERM");
    grace = setTimeout(() => {
      kill("SIGKILL");
      // Somebody who left the group may hold the pipes open.
      child.stdout.destroy();
      child.stderr.destroy();
      ended.resolve(timedOut);
    }, mostGrace);
  };
  if (over.aborted) stop();
  else over.addEventListener("abort", stop, { once: true });
  const finish = async (): Promise<void> => {
    try {
      const { exitCode, stdout, stderr } = await child;
      if (over.aborted) kill("SIGKILL");
      if (over.aborted) ended.resolve(timedOut);
      else ended.resolve({ kind: child.pid === undefined ? "not started" : "ended", exitCode, stdout, stderr });
    } catch (thrown) {
      ended.resolve({ kind: "not started", exitCode: undefined, stdout: "", stderr: messageOf(thrown) });
    }
  };
  void finish();
  try {
    return await ended.promise;
  } finally {
    clearTimeout(grace);
    over.removeEventListener("abort", stop);
  }
}
