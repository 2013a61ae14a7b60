// Runs the real CLI in the demo's folder.
import { spawn } from "node:child_process";
import { bin, environment, folder } from "./place.mjs";

/**
 * Runs one command, and resolves with its exit code and, if it was quiet, what it printed.
 *
 * @param options.input for standard input
 * @param options.quiet keeps what it prints, and shows it only where the command failed
 * @param options.expected the exit code that is right
 */
export async function runCli(args, { input, quiet = false, expected = 0 } = {}) {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: [input === undefined ? "ignore" : "pipe", ...(quiet ? ["pipe", "pipe"] : ["inherit", "inherit"])],
  });
  child.stdin?.end(input);
  let printed = "";
  let data = "";
  child.stdout?.on("data", (text) => (data += text));
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (text) => (printed += text));
  const code = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== expected) throw new Error(`tokenward ${args.join(" ")} ended with ${code}.\n${printed}`);
  return { code, data };
}
