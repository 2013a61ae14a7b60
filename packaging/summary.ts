import type { PackedPackage } from "./harness/pack-release.ts";

/** A table for humans: package, version, size packed, files. */
export function summaryOf(packages: readonly PackedPackage[]): string {
  const rows = packages.map(({ manifest: { name, version }, size, files }) => [
    name,
    version,
    kilobytes(size),
    String(files.length),
  ]);
  const total = packages.reduce((sum, { size }) => sum + size, 0);
  const count = packages.reduce((sum, { files }) => sum + files.length, 0);
  const table = [["package", "version", "packed", "files"], ...rows, ["together", "", kilobytes(total), String(count)]];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const lines = table.map((row) =>
    row.map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join("  "),
  );
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
