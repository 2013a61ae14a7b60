// npm run sandbox: the platform on this machine, until Ctrl-C, and how to point Tokenward at it.
import { runSandbox } from "@tokenward/sandbox";
import { samplePlatform } from "./platform.ts";

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
process.once("SIGTERM", () => stop.abort());

const note = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
await runSandbox({ platforms: [samplePlatform], port: Number(process.env["PORT"] ?? 4010), note, signal: stop.signal });
