import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { findProgram } from "../programs.ts";

/** The path of the real sops; `undefined` where it is not installed. */
export function sopsProgram(): string | undefined {
  return findProgram("sops");
}

/** An age key in a file, as `age-keygen` makes it. */
export interface AgeKey {
  readonly file: string;
  readonly identity: string;
  readonly recipient: string;
}

/** Makes an age key. */
export async function makeAgeKey(file: string): Promise<AgeKey> {
  const identity = await generateIdentity();
  const recipient = await identityToRecipient(identity);
  await writeFile(file, `# public key: ${recipient}\n${identity}\n`, { mode: 0o600 });
  return { file, identity, recipient };
}

/** How the real sops is called. */
export interface SopsCall {
  readonly folder: string;
  /** File with the age keys. */
  readonly keys?: string | undefined;
  readonly input?: string | Uint8Array | undefined;
}

/** How a program ended. */
export interface ProgramEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real sops, with nothing of this process's environment. */
export async function trySops(args: readonly string[], { folder, keys, input }: SopsCall): Promise<ProgramEnd> {
  const program = sopsProgram();
  if (program === undefined) throw new Error("sops is not installed");
  const env = {
    HOME: folder,
    SOPS_DISABLE_VERSION_CHECK: "true",
    ...(keys === undefined ? {} : { SOPS_AGE_KEY_FILE: keys }),
  };
  return await runProgram(program, args, { cwd: folder, env, input });
}

/** Runs the real sops, which must succeed; gives what it printed. */
export async function sops(args: readonly string[], call: SopsCall): Promise<string> {
  const { code, stdout, stderr } = await trySops(args, call);
  if (code !== 0) throw new Error(`sops ${args.join(" ")} ended with ${String(code)}: ${stderr}`);
  return stdout;
}

interface ProgramCall {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array | undefined;
}

/** Runs a program to its end. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { cwd, env, input = "" }: ProgramCall,
): Promise<ProgramEnd> {
  return await new Promise((resolve) => {
    const child = execFile(program, args, { cwd, env, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, stdout, stderr: stderr === "" && error !== null ? error.message : stderr });
    });
    // One that ends without reading its input is judged by its exit code.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input);
  });
}
