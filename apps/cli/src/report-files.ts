import { access, constants, rename, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { messageOf, TokenwardError, type RefreshReport } from "@tokenward/core";
import type { Context, ExitCode } from "./context.ts";
import type { ReportFile } from "./program/report-option.ts";

/**
 * Finds out before anything is refreshed whether reports can be written where they are wanted.
 *
 * @throws `ERR_CONFIG_USAGE`
 */
export async function expectReportFiles(files: readonly ReportFile[], { folder }: Context): Promise<void> {
  for (const file of files) {
    const target = path.resolve(folder, file.path);
    try {
      await access(path.dirname(target), constants.W_OK);
      if ((await stat(target).catch(() => undefined))?.isDirectory() === true) throw new Error("it is a folder");
    } catch (error) {
      const reason = `The report cannot be written to ${file.path}: ${messageOf(error)}. Nothing was done.`;
      throw new TokenwardError("ERR_CONFIG_USAGE", { reason }, { cause: error });
    }
  }
}

/** Writes reports, each whole or not at all. One that cannot be written is said, and makes the exit code say it, too. */
export async function writeReportFiles(
  files: readonly ReportFile[],
  report: RefreshReport,
  exitCode: ExitCode,
  { folder, output }: Context,
): Promise<ExitCode> {
  if (files.length === 0) return exitCode;
  const { renderReport } = await import("@tokenward/report");
  let code = exitCode;
  for (const { format, path: name } of files) {
    const target = path.resolve(folder, name);
    const draft = `${target}.${randomUUID()}.new`;
    try {
      await writeFile(draft, renderReport(format, report, { at: new Date(), host: hostname() }));
      await rename(draft, target);
    } catch (error) {
      output.note(`The report could not be written to ${name}: ${messageOf(error)}.`);
      code = code === 0 ? 1 : code;
    }
  }
  return code;
}
