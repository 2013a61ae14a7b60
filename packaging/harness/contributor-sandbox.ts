import { spawn } from "node:child_process";
import { once } from "node:events";
import { connectSandbox, type ConnectedControl } from "@tokenward/sandbox";
import type { EmptyProject } from "./workspace-registry.ts";

/** `npm run sandbox` of a new refresher, and what it tells the contributor to do. */
export interface ContributorSandbox {
  readonly control: ConnectedControl;
  /** What it prints to be exported. */
  readonly env: Readonly<Record<string, string>>;
  /** What it prints to be written into `tokenward.config.yaml`. */
  readonly configuration: string;
  stop(): Promise<void>;
}

/** Starts it as a process of its own, on a free port. */
export async function startContributorSandbox(project: EmptyProject): Promise<ContributorSandbox> {
  const child = spawn(process.execPath, ["sandbox/serve.ts"], {
    cwd: project.folder,
    env: { PATH: process.env["PATH"], SYSTEMROOT: process.env["SYSTEMROOT"], PORT: "0" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  let complained = "";
  child.stderr.on("data", (text: Buffer) => (complained += text.toString()));
  const ended = once(child, "close");
  for await (const text of child.stdout) {
    said += String(text);
    if (said.includes("Stop with Ctrl-C.")) break;
  }
  const url = /Sandbox on (http:\S+[^.\s])/.exec(said)?.[1];
  const configuration = /put this into tokenward\.config\.yaml:\n\n([\s\S]*?)\n\n/.exec(said)?.[1];
  if (url === undefined || configuration === undefined) {
    child.kill("SIGKILL");
    throw new Error(`the sandbox did not start:\n${said}\n${complained}`);
  }
  return {
    control: connectSandbox(url),
    env: Object.fromEntries([...said.matchAll(/(\w+)='([^']*)'/g)].map(([, name, value]) => [name, value])),
    configuration: configuration.replaceAll(/^ {2}/gm, ""),
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
