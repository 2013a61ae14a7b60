import { readFileSync } from "node:fs";
import path from "node:path";
import { filesBelow, type SourceFile, type WorkspacePackage } from "./workspace.ts";

// One letter of each in brackets, so that this file does not break the rule that it states.
const marks = /\b(TO[D]O|FIX[M]E|XX[X]|HA[C]K)\b|not implemente[d]/;
const registries = /\bregistry\.[a-z0-9-]+\.(?:org|com|net|io|dev)\b/;
const textFile = /\.(ts|mjs|js|json|md|ya?ml|sh|feature)$|\/\.ci\/run$/;

/** What no file may hold. */
export function textFaults(root: string): string[] {
  return filesBelow(root, ".")
    .filter((file) => textFile.test(file) && file !== "pnpm-lock.yaml")
    .flatMap((file) => wordFaults(file, readFileSync(path.join(root, file), "utf8")));
}

/** What is wrong with one text. */
export function wordFaults(file: string, text: string): string[] {
  return text.split("\n").flatMap((line, index) => {
    const place = `${file}:${index + 1}`;
    const faults: string[] = [];
    const mark = marks.exec(line);
    if (mark !== null) faults.push(`${place}: "${mark[0]}" does not ship; finish it or open an issue.`);
    if (registries.test(line)) faults.push(`${place}: name no package registry; npm's own configuration says which.`);
    if (/\b(it|test|describe)\.(only|todo)\(/.test(line) && file.endsWith(".ts")) {
      faults.push(`${place}: a focused or empty test hides others; write or remove it.`);
    }
    return faults;
  });
}

/** Packages print nothing: they return, throw, or call what they were given. */
export function consoleFaults(packages: readonly WorkspacePackage[]): string[] {
  return packages
    .filter(({ kind }) => kind !== "private")
    .flatMap(({ sources }) => sources.filter(({ forTests }) => !forTests))
    .filter((source) => usesConsole(source))
    .map((source) => `${source.path} uses console: return it, throw it, or call the caller's \`note\`.`);
}

function usesConsole({ text, comments }: SourceFile): boolean {
  return [...text.matchAll(/(?<![\w.$])console\s*[.[]/g)].some(
    ({ index }) => !comments.some((comment) => comment.start <= index && index < comment.end),
  );
}
