import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { freePort } from "../free-port.ts";
import { findProgram } from "../programs.ts";

/** A running gcp-secret-manager-emulator: somebody else's idea of Secret Manager, in memory, on gRPC. */
export interface GcpEmulator {
  readonly url: string;
  close(): Promise<void>;
}

const program = "gcp-secret-manager-emulator";

/** Why it cannot be started here; `undefined`: it can. */
export function emulatorUnavailable(): string | undefined {
  return findProgram(program) === undefined
    ? `${program} is not installed (scripts/install-counterparts.mjs)`
    : undefined;
}

/**
 * Starts it on a free port. Known deviations of version 1.3 from the real service, as seen: it compares no etag and no
 * checksum, states no checksum, knows no limit of 64 KiB and no `testIamPermissions`, and is never late.
 */
export async function startGcpEmulator(): Promise<GcpEmulator> {
  const file = findProgram(program);
  if (file === undefined) throw new Error(emulatorUnavailable());
  const port = await freePort();
  const child = spawn(file, ["--port", String(port)], { stdio: "ignore" });
  const ended = once(child, "exit");
  await Promise.race([
    answers(port),
    ended.then(() => Promise.reject(new Error(`${program} ended before it answered`))),
  ]);
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

// It does not say when it is ready; a connection does.
async function answers(port: number): Promise<void> {
  for (;;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("connect", () => {
        socket.destroy();
        resolve(true);
      });
      socket.once("error", () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
