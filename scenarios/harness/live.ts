import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { tokenwardBin } from "./cli.ts";
import type { ReportDocument } from "./status-document.ts";

/** What a run with somebody's own configuration printed. */
export interface LiveRun {
  readonly code: number | null;
  readonly document: ReportDocument;
}

/**
 * `auth refresh <platform>` with a configuration that is in use, exactly as its owner would run it: with their state,
 * identity and stores, so that whatever rotates is saved where they keep it.
 */
export async function refreshLive(
  platform: string,
  configFile: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<LiveRun> {
  const args = [tokenwardBin, "auth", "refresh", platform, "--json", "--config", configFile];
  const child = spawn(process.execPath, args, {
    cwd: path.dirname(configFile),
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  const [code] = (await once(child, "close")) as [number | null];
  try {
    return { code, document: JSON.parse(output.stdout) as ReportDocument };
  } catch {
    throw new Error(`no JSON on stdout (exit ${String(code)}): ${output.stdout}\n${output.stderr}`);
  }
}

/** The variable that names a configuration with a grant of that platform: `TOKENWARD_LIVE_TIKTOK`. */
export function liveVariable(platform: string): string {
  return `TOKENWARD_LIVE_${platform.toUpperCase().replaceAll("-", "_")}`;
}
