import { redact, TokenwardError, type ErrorCode } from "@tokenward/core";
import type { ConfigDocument, Position } from "./document.ts";
import { formatPath, type ConfigPath, type ConfigProblem } from "./problem.ts";

/** Where, and what to say. */
export interface Finding {
  readonly path: ConfigPath;
  readonly message: string;
  readonly fix: string;
  readonly code?: ErrorCode | undefined;
}

/** Where findings go: a file's mistakes, its warnings, or what a switched-off grant would need. */
export interface Report {
  /** A mistake in the file itself. */
  mistake(finding: Finding): void;
  /** Something around the file is missing: a variable, a secret's file, a plugin. A mistake unless nothing uses it. */
  missing(finding: Finding): void;
  warning(finding: Finding): void;
}

/** One pass over one file: collects everything that is wrong with it. */
export interface Reading {
  readonly document: ConfigDocument;
  /** The folder of the file; relative paths are meant from here. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly report: Report;
  readonly problems: ConfigProblem[];
  readonly warnings: ConfigProblem[];
  /** Instances of a configuration program that were met where a plugin is meant. */
  readonly placed: WeakSet<object>;
}

/** Begins a pass with what the syntax alone shows. */
export function beginReading(document: ConfigDocument, folder: string, env: Reading["env"]): Reading {
  const problems: ConfigProblem[] = document.mistakes.map(({ path, position, message, fix }) =>
    problemAt(document, { path, message, fix }, position),
  );
  const warnings: ConfigProblem[] = [];
  const add = (list: ConfigProblem[], finding: Finding): void => {
    const problem = problemAt(document, finding);
    // An option that several accounts inherit is read several times, but was written once.
    const known = list.some((other) => other.path === problem.path && other.message === problem.message);
    if (!known) list.push(problem);
  };
  const mistake = (finding: Finding): void => add(problems, finding);
  const report: Report = { mistake, missing: mistake, warning: (finding) => add(warnings, finding) };
  return { document, folder, env, report, problems, warnings, placed: new WeakSet() };
}

/**
 * The reading of a part that nothing uses while it is switched off: what is missing around it is a warning, and is
 * kept in `postponed` for the moment that somebody selects it nevertheless.
 */
export function whileSwitchedOff(reading: Reading, postponed: ConfigProblem[]): Reading {
  const missing = (finding: Finding): void => {
    postponed.push(problemAt(reading.document, finding));
    reading.report.warning(finding);
  };
  return { ...reading, report: { ...reading.report, missing } };
}

/** A finding for what core or a plugin threw. */
export function findingOf(path: ConfigPath, thrown: unknown): Finding {
  if (TokenwardError.is(thrown)) return { path, message: thrown.message, fix: thrown.fix, code: thrown.code };
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { path, message: redact(message), fix: "Correct it; the plugin's README lists its options." };
}

// A program's values have no lines, but an order all the same.
const orders = new WeakMap<ConfigProblem, number>();

function problemAt(
  document: ConfigDocument,
  finding: Finding,
  position: Position | undefined = document.position(finding.path),
): ConfigProblem {
  const { path, message, fix, code = "ERR_CONFIG_INVALID" } = finding;
  const problem = { path: formatPath(path), ...position, message: redact(message), fix: redact(fix), code };
  orders.set(problem, document.order?.(path) ?? 0);
  return problem;
}

/** Plugins that cannot be loaded first, as their options could not be checked; the rest in the order of the file. */
export function inOrder(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  const rank = (problem: ConfigProblem): number => (problem.code.startsWith("ERR_CONFIG_PLUGIN_") ? 0 : 1);
  const place = ({ line = 0, column = 0 }: ConfigProblem): readonly number[] => [line, column];
  const keys = (problem: ConfigProblem): readonly number[] => [
    rank(problem),
    ...place(problem),
    orders.get(problem) ?? 0,
  ];
  return problems.toSorted((a, b) => {
    const theirs = keys(b);
    return keys(a).reduce((found, key, index) => found || key - (theirs[index] ?? 0), 0);
  });
}
