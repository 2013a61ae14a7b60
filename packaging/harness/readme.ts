import { readFileSync } from "node:fs";
import path from "node:path";
import { root } from "./tools.ts";

/** What a stranger copies out of a README. */
export interface ReadmeExample {
  /** The packages of the first `npm install` line in section Install. */
  readonly install: readonly string[];
  /** The first ```ts block in section Example: a whole program. */
  readonly program: string | undefined;
  /** The first ```yaml block in section Example: `tokenward.config.yaml`. */
  readonly configuration: string | undefined;
  /** The lines of the first ```sh block in section Example, without their comments. */
  readonly commands: readonly string[];
}

/** Reads the README in a folder of the checkout. `section` is where its example is. */
export function readmeExample(folder: string, section = "Example"): ReadmeExample {
  const text = readFileSync(path.join(root, folder, "README.md"), "utf8");
  const install = sectionOf(text, "Install") ?? sectionOf(text, section);
  const example = sectionOf(text, section);
  if (install === undefined || example === undefined) throw new Error(`${folder}/README.md lacks a section.`);
  const line = /^npm install ([^#\n]+)/m.exec(install)?.[1];
  if (line === undefined) throw new Error(`${folder}/README.md has no line that begins with "npm install".`);
  return {
    install: line.split(/\s+/).filter((word) => word !== "" && !word.startsWith("-")),
    program: block(example, "ts"),
    configuration: block(example, "yaml"),
    commands: (block(example.replace(/^npm install.*$/gm, ""), "sh") ?? "")
      .split("\n")
      .map((command) => command.replace(/#.*/, "").trim())
      .filter((command) => command !== ""),
  };
}

function sectionOf(text: string, title: string): string | undefined {
  return new RegExp(`^## ${title}\n([\\s\\S]*?)(?=^## |$(?![\\s\\S]))`, "m").exec(text)?.[1];
}

function block(text: string, language: string): string | undefined {
  const blocks = [...text.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, "gm"))].map(([, code]) =>
    code!.trim(),
  );
  const found = blocks.find((code) => code !== "");
  return found === undefined ? undefined : `${found}\n`;
}
