/** The `exports` field of a manifest: a path, conditions, or a table of subpaths. */
export type ExportsField = string | null | readonly ExportsField[] | { readonly [key: string]: ExportsField };

/**
 * The file that a package exports under a subpath (`.`, `./vault`), as Node's documentation describes the resolution
 * of ECMAScript modules ("Packages: Conditional exports", "Subpath patterns"). `undefined` where it exports nothing.
 */
export function resolveExports(
  field: ExportsField,
  subpath: string,
  conditions: ReadonlySet<string>,
): string | undefined {
  const table = isSubpathTable(field) ? field : { ".": field };
  const exact = table[subpath];
  if (exact !== undefined && !subpath.includes("*")) return pick(exact, "", conditions);
  const patterns = Object.keys(table)
    .filter((key) => key.split("*").length === 2)
    .toSorted((a, b) => b.indexOf("*") - a.indexOf("*") || b.length - a.length);
  for (const key of patterns) {
    const [before, after] = key.split("*") as [string, string];
    const fits = subpath.startsWith(before) && subpath.endsWith(after) && subpath.length >= key.length;
    if (fits)
      return pick(table[key] as ExportsField, subpath.slice(before.length, subpath.length - after.length), conditions);
  }
  return undefined;
}

function isSubpathTable(field: ExportsField): field is { readonly [key: string]: ExportsField } {
  return typeof field === "object" && field !== null && !Array.isArray(field) && Object.keys(field)[0]?.[0] === ".";
}

function pick(target: ExportsField, star: string, conditions: ReadonlySet<string>): string | undefined {
  if (typeof target === "string") {
    // A package exports its own files only; anything else in its manifest is not followed.
    const file = target.replaceAll("*", star);
    const escapes =
      !file.startsWith("./") ||
      file
        .split(/[/\\]/)
        .slice(1)
        .some((part) => part === ".." || part === "node_modules");
    return escapes ? undefined : file;
  }
  if (target === null) return undefined;
  const choices = Array.isArray(target)
    ? (target as readonly ExportsField[])
    : Object.entries(target as Readonly<Record<string, ExportsField>>)
        .filter(([condition]) => condition === "default" || conditions.has(condition))
        .map(([, choice]) => choice);
  for (const choice of choices) {
    const file = pick(choice, star, conditions);
    if (file !== undefined) return file;
    // `null` under a matching condition says "not exported", and ends the search.
    if (choice === null) return undefined;
  }
  return undefined;
}
