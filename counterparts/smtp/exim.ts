import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { freePort } from "../free-port.ts";
import { eximConfiguration } from "./configuration.ts";

const run = promisify(execFile);
const candidates = ["/usr/sbin/exim4", "/usr/local/sbin/exim4"];

/** Why there is no mail server to talk to here; `undefined`: there is one. */
export function noExim(): string | undefined {
  if (process.getuid?.() !== 0) return "Exim is started as root, and this is not root";
  return program() === undefined ? "exim4 is missing: scripts/install-counterparts.mjs installs it" : undefined;
}

function program(): string | undefined {
  return candidates.find((candidate) => {
    try {
      accessSync(candidate, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A running Exim with a folder of its own. */
export interface Exim {
  readonly port: number;
  /** Where TLS begins with the first byte. */
  readonly implicitPort: number;
  /** Its certificate, which nobody else knows; for the name `localhost`. */
  readonly certificateFile: string;
  /** The raw mails of one mailbox, oldest first, once there are so many. */
  mails(mailbox: string, count: number): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Starts Exim on this machine. */
export async function startExim(): Promise<Exim> {
  const folder = await mkdtemp(path.join(tmpdir(), "tokenward-exim-"));
  const [uid, gid] = await ownersOfSpool();
  // It drops to its own user before it delivers.
  await chmod(folder, 0o755);
  for (const name of ["spool", "log", "mail"]) {
    await mkdir(path.join(folder, name));
    await chown(path.join(folder, name), uid, gid);
  }
  const certificateFile = path.join(folder, "certificate.pem");
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  const keys = ["-newkey", "rsa:2048", "-nodes", "-keyout", path.join(folder, "key.pem"), "-out", certificateFile];
  await run("openssl", ["req", "-x509", ...keys, "-days", "2", ...subject]);
  await chown(path.join(folder, "key.pem"), uid, gid);
  const [port, implicitPort] = [await freePort(), await freePort()];
  const configuration = path.join(folder, "exim.conf");
  await writeFile(configuration, eximConfiguration({ folder, port, implicitPort }), { mode: 0o644 });
  const server = spawn(program() ?? "exim4", ["-C", configuration, "-bdf", "-q1h"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let trouble = "";
  server.stderr.setEncoding("utf8").on("data", (text: string) => (trouble += text));
  const ended = once(server, "exit");
  await Promise.race([
    listening(port),
    ended.then(() => {
      throw new Error(`Exim ended at once: ${trouble}`);
    }),
  ]);
  return {
    port,
    implicitPort,
    certificateFile,
    mails: async (mailbox, count) => await mailsIn(path.join(folder, "mail"), mailbox, count),
    close: async () => {
      server.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function ownersOfSpool(): Promise<readonly [uid: number, gid: number]> {
  const ids = await Promise.all([run("id", ["-u", "Debian-exim"]), run("id", ["-g", "Debian-exim"])]);
  const [uid = 0, gid = 0] = ids.map(({ stdout }) => Number(stdout));
  return [uid, gid];
}

async function listening(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const open = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    });
    socket.destroy();
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

// Exim delivers in a process of its own, a moment after it accepted.
async function mailsIn(folder: string, mailbox: string, count: number): Promise<readonly string[]> {
  for (;;) {
    const files = await readdir(folder);
    const text = files.includes("all") ? await readFile(path.join(folder, "all"), "utf8") : "";
    const mails = text
      .split(/^From .*\n/m)
      .slice(1)
      .map((mail) => mail.trimStart())
      .filter((mail) => new RegExp(`^Envelope-to: ${mailbox}@`, "m").test(mail));
    if (mails.length >= count && text.endsWith("\n\n")) return mails;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
