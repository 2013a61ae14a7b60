import type { RetirementStatus } from "@tokenward/core";
import type { ConfigurationChange } from "../configuration-change.ts";
import type { ExitCode } from "../context.ts";
import type { Output, Style } from "./output.ts";
import { exitCodeOfAll } from "./print-report.ts";
import { document } from "./status-document.ts";
import { grantName } from "./status-table.ts";
import { table, type Cell, type Row } from "./table.ts";
import { wrap } from "./wrap.ts";

/** What moving or forgetting came to. */
export interface Retirements {
  readonly statuses: readonly RetirementStatus[];
  readonly dryRun?: boolean | undefined;
  readonly changes?: readonly ConfigurationChange[] | undefined;
}

/** Prints it as data, and returns the exit code. */
export function printRetirements({ statuses, dryRun = false, changes = [] }: Retirements, output: Output): ExitCode {
  if (output.json) {
    output.data(
      document({
        dry_run: dryRun,
        alert: statuses.some(({ alert }) => alert),
        statuses: statuses.map((status) => statusDocument(status)),
        configuration: changes.map(({ key, value, options }) => ({ key, value, options: options ?? null })),
      }),
    );
    return exitCodeOfAll(statuses);
  }
  const head = dryRun ? ["GRANT", "ACTION", "WOULD"] : ["GRANT", "ACTION"];
  output.data(
    table(
      head,
      statuses.map((status) => row(status, dryRun)),
      output,
    ),
  );
  if (changes.length > 0) output.data(`\n${changeLines(changes, dryRun, output.columns).join("\n")}`);
  return exitCodeOfAll(statuses);
}

function row(status: RetirementStatus, dryRun: boolean): Row {
  const style: Style = status.alert ? "red" : status.action === "skipped" ? "dim" : "green";
  const cells: Cell[] = [
    { text: grantName(status), style: "bold" },
    { text: status.action, style },
  ];
  if (dryRun) cells.push({ text: status.would ?? "nothing", style: "dim" });
  const code = status.code === undefined ? "" : ` [${status.code}]`;
  return { cells, detail: { text: status.detail + code, style: status.alert ? style : "dim" } };
}

function changeLines(changes: readonly ConfigurationChange[], dryRun: boolean, columns: number): readonly string[] {
  const title = dryRun
    ? "Afterwards, this would have to stand in the configuration:"
    : "Now change the configuration; until then, runs with it are refused:";
  const lines = changes.flatMap(({ key, value, options }) => [
    `${key}: ${value}`,
    ...(options === undefined ? [] : [`${options.to}: what stands under ${options.from}`]),
  ]);
  return [
    ...wrap(title, columns),
    ...lines.flatMap((line) =>
      wrap(line, columns - deeper.length).map((part, index) => (index === 0 ? indent : deeper) + part),
    ),
  ];
}

const indent = "  ";
const deeper = "    ";

function statusDocument(status: RetirementStatus): Record<string, unknown> {
  return {
    platform: status.platform,
    account: status.account ?? null,
    action: status.action,
    would: status.would ?? null,
    from: status.from ?? null,
    to: status.to ?? null,
    alert: status.alert,
    code: status.code ?? null,
    detail: status.detail,
  };
}
