import { readdir, readFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import path from "node:path";
import { parseSync } from "oxc-parser";

/** The packages that the files of an installed package import, require or take types from: also lazily. Sorted. */
export async function importedPackages(folder: string, name: string): Promise<readonly string[]> {
  const installed = path.join(folder, "node_modules", name);
  const files = await readdir(installed, { recursive: true });
  const found = new Set<string>();
  for (const file of files.filter((entry) => /\.(?:[cm]?js|d\.[cm]?ts)$/.test(entry))) {
    if (file.split(path.sep).includes("node_modules")) continue;
    const text = await readFile(path.join(installed, file), "utf8");
    for (const specifier of specifiersIn(file, text)) {
      if (/^[./#]/.test(specifier) || isBuiltin(specifier)) continue;
      found.add(/^(?:@[^/]+\/)?[^/]+/.exec(specifier)![0]);
    }
  }
  return [...found].sort();
}

function specifiersIn(file: string, text: string): string[] {
  const { module } = parseSync(file, text);
  const exported = module.staticExports.flatMap(({ entries }) => entries.flatMap((entry) => entry.moduleRequest ?? []));
  const requests = [...module.staticImports.map(({ moduleRequest }) => moduleRequest), ...exported];
  const lazy = module.dynamicImports.map(({ moduleRequest: { start, end } }) => text.slice(start, end));
  // A bundle's loader lends it `require` and `__import`; declarations say `import("…")` in the middle of a type.
  const called = [...text.matchAll(/\b(?:require|__import|import)\(\s*("[^"\n]+"|'[^'\n]+')\s*\)/g)].map(
    ([, literal]) => literal!,
  );
  const literals = [...lazy, ...called]
    .filter((literal) => /^["'].*["']$/.test(literal))
    .map((literal) => literal.slice(1, -1));
  return [...requests.map(({ value }) => value), ...literals];
}
