import type { WriteBackCheck, WriteBackFinding, WriteBackReport } from "@tokenward/core";
import type { ExitCode } from "../context.ts";
import type { Output } from "./output.ts";
import { credentialDocument, document, time } from "./status-document.ts";
import { credentialName, grantName } from "./status-table.ts";
import { table, type Cell, type Row } from "./table.ts";
import { counted } from "./words.ts";
import { wrap } from "./wrap.ts";

/** Prints what was found out about write-backs, and returns the exit code. */
export function printWriteBackReport(report: WriteBackReport, output: Output): ExitCode {
  const { alert, checks, writeBacks, exitCode } = report;
  if (output.json) {
    const write_backs = writeBacks.map((status) => credentialDocument(status));
    output.data(document({ alert, checks: checks.map((check) => checkDocument(check)), write_backs }));
    return exitCode;
  }
  const lines = [
    table(
      ["GRANT", "WRITE-BACK", "STORED", "SAVE"],
      checks.map((check) => checkRow(check)),
      output,
    ),
    "",
    ...writeBacks.flatMap(({ writeBack, detail, alert: ends }) =>
      wrap(`${writeBack}: ${detail}`, output.columns).map((line) => (ends ? output.style("yellow", line) : line)),
    ),
    ...wrap(summary(report), output.columns),
  ];
  output.data(lines.join("\n"));
  return exitCode;
}

function checkRow(check: WriteBackCheck): Row {
  const bad = check.alert;
  const cells: Cell[] = [
    { text: grantName(check), style: "bold" },
    { text: check.writeBack },
    { text: storedInWords(check), style: check.readable ? undefined : "red" },
    saveCell(check),
  ];
  // What is fine stands in the columns already.
  const more = check.findings.filter(({ kind }) => kind !== "fine");
  const told = more.length === 0 ? check.findings : more;
  const detail = told
    .toSorted((left, right) => rank[left.kind] - rank[right.kind])
    .map((finding) => inWords(finding))
    .join(" ");
  return { cells, detail: { text: detail, style: bad ? "red" : "dim" } };
}

const rank = { problem: 0, note: 2, fine: 1 } as const;

function inWords({ kind, sentence, fix, code }: WriteBackFinding): string {
  const named = kind === "problem" && code !== undefined ? ` [${code}]` : "";
  return `${sentence}${fix === undefined ? "" : ` ${fix}`}${named}`;
}

function storedInWords({ readable, stored, generation }: WriteBackCheck): string {
  if (!readable) return "unreadable";
  if (stored === "grant") return generation === undefined ? "by hand" : `generation ${generation}`;
  return stored === "seed" ? "environment" : (stored ?? "-");
}

function saveCell({ writable }: WriteBackCheck): Cell {
  if (writable === undefined) return { text: "-", style: "dim" };
  return writable ? { text: "accepted", style: "green" } : { text: "refused", style: "red" };
}

function summary({ checks, writeBacks }: WriteBackReport): string {
  const names = checks.filter(({ alert }) => alert).map((check) => grantName(check));
  const ending = writeBacks.filter(({ alert }) => alert).map(({ writeBack }) => credentialName(writeBack));
  const attention = [...names, ...ending];
  const end = attention.length === 0 ? "Nothing needs a human." : `Needs attention: ${attention.join(", ")}.`;
  return `${counted(checks.length, "grant")} checked, nothing spent. ${end}`;
}

function checkDocument(check: WriteBackCheck): Record<string, unknown> {
  const { retired, claim } = check;
  return {
    platform: check.platform,
    account: check.account ?? null,
    write_back: check.writeBack,
    target: check.target ?? null,
    readable: check.readable,
    stored: check.stored ?? null,
    generation: check.generation ?? null,
    retired: retired === undefined ? null : { at: time(retired.at), moved_to: retired.movedTo ?? null },
    claim: claim === undefined ? null : { host: claim.host, since: time(claim.since), deadline: time(claim.deadline) },
    unfinished: check.unfinished,
    writable: check.writable ?? null,
    compare_and_swap: check.compareAndSwap,
    claims: check.claims,
    outlives_run: check.outlivesRun,
    alert: check.alert,
    findings: check.findings.map(({ kind, code, sentence, fix }) => ({
      kind,
      code: code ?? null,
      sentence,
      fix: fix ?? null,
    })),
  };
}
