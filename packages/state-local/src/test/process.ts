import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** What a holder process can be told. */
export type Order =
  | { readonly do: "hold"; readonly target: string; readonly waitAtMost: number }
  | { readonly do: "leave" }
  | { readonly do: "intent"; readonly generation: number }
  | { readonly do: "answer-and-die"; readonly length: number }
  | { readonly do: "peek"; readonly target: string }
  | { readonly do: "count"; readonly target: string; readonly file: string; readonly times: number }
  | { readonly do: "again-and-again"; readonly target: string }
  | { readonly do: "stop" }
  | { readonly do: "write"; readonly from: number; readonly to: number; readonly filler: number }
  | { readonly do: "close" };

interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: { readonly code: string | undefined; readonly message: string; readonly fix: string };
}

/** Another process with a state on the same folder. */
export interface HolderProcess {
  readonly child: ChildProcess;
  /** Rejects with the error's `code`, `message` and `fix`. */
  tell(order: Order): Promise<unknown>;
  /** Resolves to the signal that ended it. */
  ended(): Promise<string | null>;
  readonly stderr: () => string;
}

/** The environment of a test's process: nothing of the machine's, everything below one folder. */
export function environmentIn(folder: string): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: join(folder, "home"),
    TMPDIR: join(folder, "tmp"),
    TOKENWARD_STATE_DIR: join(folder, "state"),
    TOKENWARD_IDENTITY_FILE: join(folder, "identity", "identity.txt"),
  };
}

const running = new Set<ChildProcess>();

/** Starts one, and waits until it listens. */
export async function startHolder(
  env: Record<string, string>,
  user: { readonly uid?: number; readonly gid?: number } = {},
): Promise<HolderProcess> {
  const child = fork(join(import.meta.dirname, "holder.ts"), [], {
    env,
    execArgv: ["--conditions=@tokenward/source"],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    ...user,
  });
  running.add(child);
  let stderr = "";
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const waiting = new Map<number, (reply: Reply) => void>();
  const ended = new Promise<string | null>((resolve) => {
    child.once("exit", (code, signal) => {
      running.delete(child);
      const error = { code: "EXIT", message: `it ended (${signal ?? code}): ${stderr}`, fix: "" };
      for (const [id, settle] of waiting) settle({ id, error });
      resolve(signal);
    });
  });
  child.on("message", (reply: Reply) => waiting.get(reply.id)?.(reply));
  let orders = 0;
  const reply = async (id: number): Promise<unknown> =>
    await new Promise((resolve, reject) => {
      waiting.set(id, ({ value, error }) => {
        waiting.delete(id);
        if (error === undefined) resolve(value);
        else reject(Object.assign(new Error(error.message), error));
      });
    });
  await reply(0);
  return {
    child,
    tell: async (order) => {
      const id = ++orders;
      const answered = reply(id);
      child.send({ id, ...order });
      return await answered;
    },
    ended: async () => await ended,
    stderr: () => stderr,
  };
}

/** Ends all that are still there. */
export async function endHolders(): Promise<void> {
  await Promise.all(
    [...running].map(async (child) => {
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    }),
  );
}
