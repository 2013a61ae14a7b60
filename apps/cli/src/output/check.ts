import { ConfigProblems, type ConfigCheck } from "@tokenward/config";
import type { ExitCode } from "../context.ts";
import { problemDocument, problemLine } from "./config-problems.ts";
import type { Output } from "./output.ts";
import { document } from "./status-document.ts";

/**
 * Prints that a configuration has no mistakes, and what is worth knowing about it all the same.
 *
 * @throws ConfigProblems where it has mistakes
 */
export function printCheck(check: ConfigCheck, output: Output): ExitCode {
  const { path, problems, warnings, plugins } = check;
  if (problems.length > 0) throw new ConfigProblems(path, problems);
  if (output.json) {
    output.data(document({ path, valid: true, warnings: warnings.map((warning) => problemDocument(warning)) }));
    return 0;
  }
  output.data(`${path}: ${output.style("green", "no mistakes")}.`);
  for (const warning of warnings) output.data(output.style("yellow", `warning: ${problemLine(path, warning)}`));
  output.data(`Plugins: ${plugins.map((plugin) => plugin.package).join(", ")}.`);
  return 0;
}
