import type { Strike } from "./strike-plan.ts";
import { fellIntoGap, verdicts, type Verdict } from "./strike-verdict.ts";
import type { StrikeEvidence } from "./strike.ts";

type Ending = Verdict | "FAILED";

/** Counts how struck runs ended, by where they were struck. */
export class StrikeSummary {
  readonly #rows = new Map<string, Map<Ending, number>>();
  readonly #gap = { barrier: 0, random: 0 };

  constructor(strikes: readonly Strike[]) {
    for (const strike of strikes) this.#rows.set(rowOf(strike), new Map());
  }

  add(strike: Strike, ending: Ending, evidence?: StrikeEvidence): void {
    const row = this.#rows.get(rowOf(strike));
    row?.set(ending, (row.get(ending) ?? 0) + 1);
    if (evidence !== undefined && fellIntoGap(evidence)) this.#gap["at" in strike.point ? "barrier" : "random"] += 1;
  }

  total(ending: Ending): number {
    return [...this.#rows.values()].reduce((sum, row) => sum + (row.get(ending) ?? 0), 0);
  }

  toString(): string {
    const columns: readonly Ending[] = [...verdicts, "FAILED"];
    const line = (first: string, cells: readonly (string | number)[]): string =>
      first.padEnd(26) + cells.map((cell) => String(cell).padStart(10)).join("");
    const rows = [...this.#rows].map(([where, row]) => {
      const counts = columns.map((column) => row.get(column) ?? 0);
      return line(where, [sumOf(counts), ...counts.map((count) => (count === 0 ? "." : count))]);
    });
    const totals = columns.map((column) => this.total(column));
    const { barrier, random } = this.#gap;
    return [
      line("", ["runs", ...columns]),
      ...rows,
      line("all", [sumOf(totals), ...totals]),
      "",
      `Killed between the last byte of the answer and its journal, which nothing can close: ${String(barrier)} at a ` +
        `barrier, ${String(random)} at random. In doubt or healed, never presented again where that is punished.`,
    ].join("\n");
  }
}

function rowOf({ signal, point }: Strike): string {
  return `${signal} ${"at" in point ? `at ${point.at}` : "at random times"}`;
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
