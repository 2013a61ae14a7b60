import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { kinds } from "./kind.ts";
import { manifestText, type ManifestFacts } from "./manifest.ts";
import { packageName, spellingsOf } from "./plugin-name.ts";

/** Beside `src` in the repository, beside `dist` in the package. */
const templateFolder = path.join(import.meta.dirname, "..", "template");

/** A new package's files: text by path, with slashes. */
export type PackageFiles = ReadonlyMap<string, string>;

/** Fills in the template of a kind. Reads only this package's own files. */
export function renderPackage(facts: ManifestFacts): PackageFiles {
  const files = new Map<string, string>([["package.json", manifestText(facts)]]);
  for (const folder of ["every", kinds[facts.kind].template]) {
    for (const file of filesBelow(path.join(templateFolder, folder))) {
      const text = readFileSync(path.join(templateFolder, folder, file), "utf8");
      files.set(finalName(file), filledIn(text, facts));
    }
  }
  return new Map([...files].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"));
}

// npm leaves some files out of a package whose names begin with a dot, and tools would obey the others right here.
function finalName(file: string): string {
  return file.replaceAll(/(^|\/)_/g, "$1.");
}

// In the template the plugin is called `sample-name`, so that the template is a package that can be tried as it is.
function filledIn(text: string, { name, kind, tokenward }: ManifestFacts): string {
  const { kebab, camel, pascal, upper } = spellingsOf(name);
  return text
    .replaceAll("sample-package", packageName(name, kind))
    .replaceAll("sample-name", kebab)
    .replaceAll("sampleName", camel)
    .replaceAll("SampleName", pascal)
    .replaceAll("SAMPLE_NAME", upper)
    .replaceAll("sample-version", tokenward)
    .replaceAll("sample-year", String(new Date().getFullYear()));
}
