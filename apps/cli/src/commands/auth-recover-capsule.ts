import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { TokenwardError, type RecoveryCapsule } from "@tokenward/core";
import type { Context, ExitCode } from "../context.ts";
import { onePlan } from "../one-plan.ts";
import { printReport, reportOfAll } from "../output/print-report.ts";
import { withExchangingEngine } from "../with-engine.ts";

// Logs of a job that ran for long are that big; a capsule has a few kilobytes.
const mostBytes = 64 * 1024 * 1024;

/** What `tokenward auth recover --capsule` was given. */
export interface CapsuleOptions {
  /** A file, or `-`. */
  readonly capsule: string;
  readonly identity?: string | undefined;
  readonly grant?: string | undefined;
}

/** `tokenward auth recover [grant] --capsule FILE [--identity FILE]` */
export async function authRecoverCapsule(context: Context, options: CapsuleOptions): Promise<ExitCode> {
  return await withExchangingEngine(context, async (engine, configuration) => {
    const wanted = options.grant === undefined ? undefined : onePlan(configuration, options.grant).id;
    const source = options.capsule === "-" ? "standard input" : path.resolve(context.folder, options.capsule);
    const content = await (options.capsule === "-" ? readStandardInput(context) : readCapsuleFile(source));
    const identity = options.identity === undefined ? undefined : await readIdentity(context, options.identity);
    const capsules = await engine.openCapsules(content, source, identity);
    const chosen = capsules.filter(({ grant }) => wanted === undefined || grant.id === wanted);
    if (chosen.length === 0) throw unreadable(source, `it is for ${namesOf(capsules)}, not for ${String(wanted)}`);
    const plans = chosen.map((capsule) => ({ capsule, plan: onePlan(configuration, capsule.grant.id) }));
    const statuses = [];
    for (const { capsule, plan } of plans) statuses.push(await engine.deliverCapsule(plan, capsule));
    return printReport(reportOfAll(statuses), {}, context.output);
  });
}

function namesOf(capsules: readonly RecoveryCapsule[]): string {
  return capsules.map(({ grant }) => grant.id).join(", ");
}

// Sealed text may be pasted: whoever reads it in the scrollback cannot open it.
async function readStandardInput({ output }: Context): Promise<Buffer> {
  const { stdin } = process;
  if (stdin.isTTY) output.note("Paste the block from its BEGIN line to its END line, then press Ctrl-D.");
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) throw unreadable("standard input", "it is larger than 64 MiB");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function readCapsuleFile(file: string): Promise<Buffer> {
  try {
    if ((await stat(file)).size > mostBytes) throw unreadable(file, "it is larger than 64 MiB");
    return await readFile(file);
  } catch (thrown) {
    throw TokenwardError.is(thrown) ? thrown : unreadable(file, fileReason(thrown));
  }
}

async function readIdentity({ folder }: Context, name: string): Promise<{ source: string; text: string }> {
  const source = path.resolve(folder, name);
  try {
    return { source, text: await readFile(source, "utf8") };
  } catch (thrown) {
    throw new TokenwardError("ERR_STATE_IDENTITY_INVALID", { source, reason: fileReason(thrown) });
  }
}

function fileReason(thrown: unknown): string {
  const { code } = thrown as NodeJS.ErrnoException;
  if (code === "ENOENT") return "there is no such file";
  if (code === "EISDIR") return "it is a folder";
  return code === "EACCES" || code === "EPERM" ? "this user may not read it" : `it cannot be read (${String(code)})`;
}

function unreadable(source: string, reason: string): TokenwardError {
  return new TokenwardError("ERR_AUTH_CAPSULE_UNREADABLE", { source, reason });
}
