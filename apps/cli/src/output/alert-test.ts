import type { NotifierStatus } from "@tokenward/core";
import type { ExitCode } from "../context.ts";
import type { Output } from "./output.ts";
import { document, notifierDocument } from "./status-document.ts";
import { table } from "./table.ts";

/** Prints what became of the test messages. */
export function printAlertTest(statuses: readonly NotifierStatus[], output: Output): ExitCode {
  const alert = statuses.some((status) => status.alert);
  if (output.json) output.data(document({ alert, notifiers: statuses.map((status) => notifierDocument(status)) }));
  else output.data(`${testTable(statuses, output)}\n\n${verdict(statuses)}`);
  return alert ? 1 : 0;
}

function testTable(statuses: readonly NotifierStatus[], output: Output): string {
  const rows = statuses.map(({ notifier, alert, code, detail }) => ({
    cells: [
      { text: notifier, style: "bold" as const },
      { text: alert ? "failed" : "accepted", style: alert ? ("red" as const) : ("green" as const) },
    ],
    detail: {
      text: alert ? `${detail} [${String(code)}]` : "It took the message and its end.",
      style: alert ? ("red" as const) : ("dim" as const),
    },
  }));
  return table(["NOTIFIER", "TEST"], rows, output);
}

function verdict(statuses: readonly NotifierStatus[]): string {
  const failed = statuses.filter(({ alert }) => alert).map(({ notifier }) => notifier);
  if (failed.length > 0) return `Nobody was told through ${failed.join(", ")}.`;
  return "Accepted is not yet read: look whether the message is where you would see it.";
}
