import type { Strike } from "./strike-plan.ts";
import { verdicts, type Verdict } from "./strike-verdict.ts";

/** Counts how struck runs ended, by where they were struck. */
export class StrikeSummary {
  readonly #rows = new Map<string, Map<Verdict | "FAILED", number>>();

  add({ signal, point }: Strike, verdict: Verdict | "FAILED"): void {
    const where = `${signal} ${"at" in point ? `at ${point.at}` : "at random times"}`;
    const row = this.#rows.get(where) ?? new Map<Verdict | "FAILED", number>();
    row.set(verdict, (row.get(verdict) ?? 0) + 1);
    this.#rows.set(where, row);
  }

  total(verdict: Verdict | "FAILED"): number {
    return [...this.#rows.values()].reduce((sum, row) => sum + (row.get(verdict) ?? 0), 0);
  }

  toString(): string {
    const columns = [...verdicts, "FAILED" as const];
    const line = (first: string, cells: readonly (string | number)[]): string =>
      first.padEnd(26) + cells.map((cell) => String(cell).padStart(10)).join("");
    const rows = [...this.#rows].map(([where, row]) => {
      const counts = columns.map((column) => row.get(column) ?? 0);
      return line(where, [counts.reduce((sum, count) => sum + count, 0), ...counts]);
    });
    return [line("", ["runs", ...columns]), ...rows].join("\n");
  }
}
