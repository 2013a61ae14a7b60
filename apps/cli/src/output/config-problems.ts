import nodePath from "node:path";
import { formatProblem, type ConfigProblem } from "@tokenward/config";
import { plain } from "./output.ts";

/** One mistake on one line, with a place that editors and terminals can jump to. */
export function problemLine(file: string, problem: ConfigProblem): string {
  const relative = nodePath.relative("", file);
  return plain(formatProblem(relative.startsWith("..") || relative === "" ? file : relative, problem));
}

/** One mistake as data. In a configuration that is a program nobody knows the line. */
export function problemDocument({ path, line, column, message, fix, code }: ConfigProblem): Record<string, unknown> {
  return { path, line: line ?? null, column: column ?? null, message, fix, code };
}
