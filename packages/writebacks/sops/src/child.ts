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
  const stop = (): void => {
    const { pid } = child;
    try {
      if (groups && pid !== undefined) process.kill(-pid, "SIGKILL");
      else child.kill("SIGKILL");
    } catch {
      // It was gone already.
    }
    // Somebody who left the group may hold the pipes open.
    child.stdout.destroy();
    child.stderr.destroy();
    ended.resolve({ kind: "timed out", exitCode: undefined, stdout: "", stderr: "" });
  };
  if (over.aborted) stop();
  else over.addEventListener("abort", stop, { once: true });
  void child.then(
    ({ exitCode, stdout, stderr }) => {
      const kind = child.pid === undefined ? "not started" : "ended";
      ended.resolve({ kind, exitCode, stdout, stderr });
    },
    (thrown: unknown) =>
      ended.resolve({ kind: "not started", exitCode: undefined, stdout: "", stderr: messageOf(thrown) }),
  );
  try {
    return await ended.promise;
  } finally {
    over.removeEventListener("abort", stop);
  }
}
