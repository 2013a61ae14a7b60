import { spawn } from "node:child_process";

/** How a program ended, and what it printed. */
export interface CommandResult {
  /** Its exit code; 128 where a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where and with what a program runs. */
export interface CommandOptions {
  readonly cwd: string;
  /** The complete environment. */
  readonly env: NodeJS.ProcessEnv;
  /** What it reads from standard input, which is closed behind it. */
  readonly input?: string | undefined;
  /** Windows starts `.cmd` files through its shell only. */
  readonly shell?: boolean | undefined;
}

// Long enough for a cold installation on a slow machine; a program that hangs must not outlive its test.
const patience = 240_000;

/** Runs a program to its end. Rejects only where it cannot be started. */
export async function runCommand(
  file: string,
  args: readonly string[],
  { cwd, env, input = "", shell = false }: CommandOptions,
): Promise<CommandResult> {
  return await new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env, shell, timeout: patience, killSignal: "SIGKILL", windowsHide: true });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    // A program that ends without reading its input is no failure of ours.
    child.stdin.on("error", () => undefined).end(input);
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 128, stdout, stderr }));
  });
}

/** Runs a program that must succeed. The error shows all that it printed. */
export async function mustRun(file: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const result = await runCommand(file, args, options);
  if (result.code === 0) return result;
  const said = `${result.stdout}\n${result.stderr}`.trim();
  throw new Error(`${[file, ...args].join(" ")} ended with ${result.code} in ${options.cwd}:\n${said}`);
}
