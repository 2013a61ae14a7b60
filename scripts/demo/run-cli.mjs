// Runs the real CLI in the demo's folder.
import { spawn } from "node:child_process";
import { bin, environment, folder } from "./place.mjs";

/**
 * Runs one command.
 *
 * @param options.input for standard input
 * @param options.quiet keeps what it prints, and shows it only where the command failed
 */
export async function runCli(args, { input, quiet = false } = {}) {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: [input === undefined ? "ignore" : "pipe", ...(quiet ? ["pipe", "pipe"] : ["inherit", "inherit"])],
  });
  child.stdin?.end(input);
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (text) => (printed += text));
  const code = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw new Error(`tokenward ${args.join(" ")} ended with ${code}.\n${printed}`);
}
