import { Option } from "commander";
import { usage } from "./usage.ts";

/** A report for people or pipelines, and the file that it goes to. */
export interface ReportFile {
  readonly format: "html" | "junit";
  readonly path: string;
}

/** `--report html=FILE`, which can be there more than once. */
export function reportOption(): Option {
  return new Option(
    "--report <format=file>",
    "also write a report: html=FILE or junit=FILE; can be repeated",
  ).argParser((value: string, earlier: readonly ReportFile[] | undefined) => [...(earlier ?? []), reportFile(value)]);
}

function reportFile(value: string): ReportFile {
  const [, format, path] = /^([^=]*)=(.+)$/s.exec(value) ?? [];
  if ((format === "html" || format === "junit") && path !== undefined) return { format, path };
  throw usage(`--report takes html=FILE or junit=FILE, not '${value}'.`);
}
