import { plain, type Output, type Style } from "./output.ts";
import { wrap } from "./wrap.ts";

/** One cell; its text is wrapped where the terminal is narrow. */
export interface Cell {
  readonly text: string;
  readonly style?: Style | undefined;
}

/** One row, with a text that belongs to it and needs room. */
export interface Row {
  readonly cells: readonly Cell[];
  readonly detail?: Cell | undefined;
}

const gap = 2;
const indent = 2;
// A narrower column of prose is harder to read than a line of its own.
const narrowestDetail = 44;

/** Lays out a table: the details as a last column where there is room for one, otherwise below their rows. */
export function table(head: readonly string[], rows: readonly Row[], output: Output): string {
  const cleaned = rows.map((row) => ({
    cells: row.cells.map((cell) => ({ ...cell, text: plain(cell.text) })),
    detail: row.detail && { ...row.detail, text: plain(row.detail.text) },
  }));
  const texts = [head, ...cleaned.map((row) => row.cells.map((cell) => cell.text))];
  const natural = head.map((_, column) => Math.max(...texts.map((row) => row[column]?.length ?? 0)));
  const left = output.columns - total(natural) - gap;
  const beside = left >= narrowestDetail && cleaned.some((row) => row.detail !== undefined);
  const widths = beside ? [...natural, left] : fitted(natural, texts, output.columns);
  const titles = (beside ? [...head, "DETAIL"] : head).map((text) => ({ text, style: "dim" as Style }));
  const lines = layOut(titles, widths, output);
  for (const { cells, detail } of cleaned) {
    lines.push(...layOut(beside && detail !== undefined ? [...cells, detail] : cells, widths, output));
    if (beside || detail === undefined || detail.text === "") continue;
    for (const line of wrap(detail.text, output.columns - indent)) {
      lines.push(" ".repeat(indent) + styled(line, detail.style, output));
    }
  }
  return lines.join("\n");
}

function layOut(cells: readonly Cell[], widths: readonly number[], output: Output): string[] {
  const columns = cells.map((cell, index) => wrap(cell.text, widths[index] as number));
  const height = Math.max(...columns.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) => {
    const parts = columns.map((lines, index) => {
      const text = lines[line] ?? "";
      const last = index === columns.length - 1;
      return (
        styled(text, cells[index]?.style, output) + (last ? "" : " ".repeat((widths[index] as number) - text.length))
      );
    });
    return parts.join(" ".repeat(gap)).trimEnd();
  });
}

function styled(text: string, style: Style | undefined, output: Output): string {
  return style === undefined || text === "" ? text : output.style(style, text);
}

// Takes from the widest column first, never more than its longest word can give.
function fitted(natural: readonly number[], texts: readonly (readonly string[])[], columns: number): number[] {
  const widths = [...natural];
  const least = natural.map((_, column) =>
    Math.max(...texts.map((row) => Math.max(...(row[column] ?? "").split(" ").map((word) => word.length)))),
  );
  while (total(widths) > columns) {
    const widest = widths
      .map((width, column) => ({ width, column }))
      .filter(({ width, column }) => width > (least[column] as number))
      .sort((a, b) => b.width - a.width)[0];
    if (widest === undefined) break;
    widths[widest.column] = widest.width - 1;
  }
  return widths;
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + gap * (widths.length - 1);
}
