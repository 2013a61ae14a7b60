import type { LoadedPlugin } from "@tokenward/config";
import type { ExitCode } from "../context.ts";
import type { Output } from "./output.ts";
import { document } from "./status-document.ts";
import { table } from "./table.ts";

/** Prints the plugins on board and those that a configuration found beside itself. */
export function printPlugins(
  bundled: readonly string[],
  loaded: readonly LoadedPlugin[],
  bundledVersion: string,
  output: Output,
): ExitCode {
  const used = new Map(loaded.map((plugin) => [plugin.package, plugin]));
  const rows = [...new Set([...bundled, ...used.keys()])]
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((name) => {
      const plugin = used.get(name);
      const version = plugin === undefined ? bundledVersion : (plugin.version ?? null);
      return { package: name, version, used: plugin !== undefined, origin: plugin?.origin ?? "bundled" };
    });
  if (output.json) {
    output.data(document({ plugins: rows }));
    return 0;
  }
  const cells = rows.map((row) => [row.package, row.version ?? "-", row.origin, row.used ? "yes" : "no"]);
  output.data(table(["PLUGIN", "VERSION", "FROM", "USED"], cells.map(textRow), output));
  return 0;
}

function textRow(texts: readonly string[]): { cells: { text: string }[] } {
  return { cells: texts.map((text) => ({ text })) };
}
