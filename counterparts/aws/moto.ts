import { spawn, type ChildProcess } from "node:child_process";
import { freePort } from "../free-port.ts";
import { findProgram } from "../programs.ts";

/** A running moto server: somebody else's Secrets Manager and STS, in memory. */
export interface Moto {
  readonly port: number;
  close(): Promise<void>;
}

/** The path of moto's server; `undefined` where it is not installed. */
export function motoProgram(): string | undefined {
  return findProgram("moto_server", "moto/bin");
}

/**
 * Starts it on a free port. Known deviations of moto 5.1 and 5.2 from the real service, as seen: `GetSecretValue`
 * without a stage may give an older version; no 64 KiB limit, nor any other length but those of names (the front looks at
 * them, see `service-model.ts`); a secret scheduled for deletion can be written to; what is not found answers 404 instead
 * of 400; a stage that lies elsewhere can be given to a second version, where `RemoveFromVersionId` is left out, and to
 * the same one twice (the front has the real rule, see `stage-rule.ts`); versions without a stage stay for ever, and
 * there is no version quota; every credential is good.
 */
export async function startMoto(): Promise<Moto> {
  const program = motoProgram();
  if (program === undefined) throw new Error("moto_server is not installed");
  const port = await freePort();
  const child = spawn(program, ["-H", "127.0.0.1", "-p", String(port)], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-2000)));
  await ready(port, child, () => said);
  return {
    port,
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    },
  };
}

// The server says nothing when it is ready; asking it is the only way to know.
async function ready(port: number, child: ChildProcess, said: () => string): Promise<void> {
  const ended = new Promise<never>((_resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`moto_server ended with ${code}: ${said()}`)));
  });
  ended.catch(() => undefined);
  const answers = async (): Promise<void> => {
    for (;;) {
      const answer = await fetch(`http://127.0.0.1:${port}/moto-api/`).catch(() => undefined);
      if (answer?.ok === true) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  await Promise.race([answers(), ended]);
}
