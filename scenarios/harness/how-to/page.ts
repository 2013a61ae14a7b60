import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** One page of the documentation, as people copy from it. */
export interface Page {
  /**
   * A file that the page shows whole: its first line is a comment with the name, or the line above is `` `name`: ``. Of
   * several, the one under that heading.
   */
  file(name: string, under?: string): string;
  /** The lines to type (fenced `sh`) under a heading, in order, as one text. */
  commands(heading: string): string;
  /** What stands under a heading, down to the next one. */
  section(heading: string): string;
}

/** Reads `docs/how-to/<name>`. */
export function pageOf(name: string): Page {
  const text = readFileSync(fileURLToPath(new URL(`../../../docs/how-to/${name}`, import.meta.url)), "utf8");
  const section = (heading: string): string => {
    const [, ...found] = text.split(new RegExp(`^#+ ${escaped(heading)}$`, "m"));
    if (found.length !== 1) throw new Error(`${name} has ${String(found.length)} sections "${heading}"`);
    return withoutFences(String(found[0]));
  };
  return {
    section,
    file: (file, under) => {
      const part = under === undefined ? text : section(under);
      const commented = new RegExp(`^\`\`\`\\w+\\n((?:#|//) ${escaped(file)}\\n[\\s\\S]*?)^\`\`\``, "gm");
      const announced = new RegExp(`^\`${escaped(file)}\`:\\n\\n\`\`\`\\w+\\n([\\s\\S]*?)^\`\`\``, "gm");
      const found = [...part.matchAll(commented), ...part.matchAll(announced)];
      if (found.length !== 1) throw new Error(`${name} shows ${file} ${String(found.length)} times`);
      return String(found[0]?.[1]);
    },
    commands: (heading) => {
      const found = [...section(heading).matchAll(/^```sh\n([\s\S]*?)^```/gm)];
      if (found.length === 0) throw new Error(`${name} has nothing to type under "${heading}"`);
      return found.map(([, lines]) => lines).join("");
    },
  };
}

// A line in a fence that begins with # is a comment, no heading.
function withoutFences(below: string): string {
  let fenced = false;
  const lines: string[] = [];
  for (const line of below.split("\n")) {
    if (line.startsWith("```")) fenced = !fenced;
    if (!fenced && /^#+ /.test(line)) break;
    lines.push(line);
  }
  return lines.join("\n");
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

/** Replaces what a reader replaces, too. @throws where it does not stand there exactly once */
export function replaced(text: string, what: string, by: string): string {
  const parts = text.split(what);
  if (parts.length !== 2) throw new Error(`"${what}" stands there ${String(parts.length - 1)} times`);
  return parts.join(by);
}
