import { inspect } from "node:util";
import { redact, TokenwardError, type ErrorCode } from "@tokenward/core";

/** A place in a configuration: keys, and the numbers of list items. */
export type ConfigPath = readonly string[];

/** One mistake, or one thing worth knowing, in a configuration file. */
export interface ConfigProblem {
  /** Where, as people write it: `platforms.tiktok.client_secret`. Empty for the whole file. */
  readonly path: string;
  /** From 1. Absent where the configuration is a program. */
  readonly line?: number | undefined;
  /** From 1. Absent where the configuration is a program. */
  readonly column?: number | undefined;
  /** What is wrong, in one sentence. Never with a secret's value. */
  readonly message: string;
  /** What to write instead, in one sentence. */
  readonly fix: string;
  /** `ERR_CONFIG_INVALID`, or the more precise code where a plugin could not be loaded. */
  readonly code: ErrorCode;
}

/** A configuration file has mistakes. All of them are in {@link ConfigProblems.problems}. */
export class ConfigProblems extends TokenwardError {
  /** The file. */
  readonly path: string;
  /** Plugins that cannot be loaded first, then in the order of the file. */
  readonly problems: readonly ConfigProblem[];

  constructor(path: string, problems: readonly ConfigProblem[]) {
    super("ERR_CONFIG_INVALID", { path, count: problems.length === 1 ? "one mistake" : `${problems.length} mistakes` });
    this.path = path;
    this.problems = problems;
    Object.defineProperty(this, inspect.custom, { value: () => this.describe() });
  }

  /** The sentence, and one line for each mistake. */
  describe(): string {
    return [this.message, ...this.problems.map((problem) => formatProblem(this.path, problem))].join("\n");
  }

  override toJSON(): { code: ErrorCode; message: string; fix: string; problems: readonly ConfigProblem[] } {
    return { ...super.toJSON(), problems: this.problems };
  }
}

/** One line for a terminal: `tokenward.config.yaml:12:5 platforms.tiktok.client_secret: what is wrong. What to do.` */
export function formatProblem(file: string, problem: ConfigProblem): string {
  const where = problem.path === "" ? "" : ` ${problem.path}:`;
  const line = problem.line === undefined ? "" : `:${problem.line}:${problem.column}`;
  return redact(`${file}${line}${line === "" ? ":" : ""}${where} ${problem.message} ${problem.fix}`);
}

/** A path as people write it. */
export function formatPath(path: ConfigPath): string {
  let text = "";
  for (const part of path) {
    if (/^\d+$/.test(part) && text !== "") text += `[${part}]`;
    else if (/^[\w-]+$/.test(part)) text += text === "" ? part : `.${part}`;
    else text += `[${JSON.stringify(part)}]`;
  }
  return text;
}
