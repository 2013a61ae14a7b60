import path from "node:path";
import type { SourceFile, WorkspacePackage } from "./workspace.ts";

const vagueNames = /^(utils?|helpers?|managers?|common|misc)$/;
const longestFile = 300;
/** Files that hold one thing which is longer than that, with the two reasons. */
const longFiles: Readonly<Record<string, string>> = {};
const longestCommand = 60;

/** How files are named, and how long they are. */
export function fileFaults(packages: readonly WorkspacePackage[]): string[] {
  return packages.flatMap(({ sources }) =>
    sources.flatMap((source) => [...nameFaults(source), ...lengthFaults(source)]),
  );
}

function nameFaults({ path: file }: SourceFile): string[] {
  const vague = file
    .split("/")
    .flatMap((part) => part.replace(/(\.test)?\.ts$/, "").split(/[-.]/))
    .find((word) => vagueNames.test(word));
  if (vague !== undefined) return [`${file}: "${vague}" says nothing; name it after what it holds.`];
  const base = path.posix.basename(file);
  return /^[a-z0-9]+([-.][a-z0-9]+)*\.ts$/.test(base) ? [] : [`${file}: write the name in kebab-case.`];
}

function lengthFaults({ path: file, text, forTests }: SourceFile): string[] {
  if (forTests || !file.includes("/src/") || longFiles[file] !== undefined) return [];
  const lines = linesOf(text);
  if (lines <= longestFile) return [];
  return [`${file} has ${lines} lines: split it into files of at most ${longestFile}, or list it with two reasons.`];
}

/** A command file parses, calls a package and prints: everything the CLI can do is usable without it. */
export function commandFaults(packages: readonly WorkspacePackage[]): string[] {
  const commands = packages
    .filter(({ kind }) => kind === "app")
    .flatMap(({ folder, sources }) => sources.filter((source) => source.path.startsWith(`${folder}/src/commands/`)))
    .filter(({ forTests }) => !forTests);
  return commands.flatMap(({ path: file, text, imports }) => {
    const faults = imports
      .filter((request) => !/^(\.|@tokenward\/|commander$)/.test(request))
      .map((request) => `${file} imports "${request}": a command only parses, calls a package and prints.`);
    const lines = linesOf(text);
    if (lines > longestCommand) {
      faults.push(
        `${file} has ${lines} lines: move what it does into a package, so that it can be used without the CLI.`,
      );
    }
    return faults;
  });
}

function linesOf(text: string): number {
  return text.trimEnd().split("\n").length;
}

const sections = ["Install", "Example", "Options", "Errors"];

/** What the README of every published package holds. */
export function readmeFaults(packages: readonly WorkspacePackage[]): string[] {
  return packages
    .filter(({ kind }) => kind !== "private")
    .flatMap(({ folder, manifest, readme }) => {
      const file = `${folder}/README.md`;
      if (readme === undefined) return [`${file} is missing: write one with the sections ${sections.join(", ")}.`];
      const faults = sections
        .filter((section) => !new RegExp(`^## ${section}$`, "m").test(readme))
        .map((section) => `${file}: add the section "## ${section}".`);
      if (!readme.startsWith(`# ${manifest.name}\n\n`)) faults.push(`${file}: begin with "# ${manifest.name}".`);
      return faults;
    });
}
