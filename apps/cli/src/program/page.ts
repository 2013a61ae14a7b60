import type { Command, Help } from "commander";
import { wrap } from "../output/wrap.ts";
import type { Output } from "../output/output.ts";
import type { Page } from "./pages.ts";
import { pageOf } from "./pages.ts";

// Longer lines are hard to read, however wide a terminal is.
const widest = 100;

/** Gives every command a help page that can be read like documentation. */
export function addPages(program: Command, output: Pick<Output, "columns" | "style">): void {
  const width = Math.min(widest, output.columns);
  const title = (text: string): string => output.style("bold", text);
  const visit = (command: Command, path: readonly string[]): void => {
    command.configureHelp({
      helpWidth: width,
      showGlobalOptions: true,
      styleTitle: title,
      styleUsage: (text) => text,
      visibleCommands: listed,
    });
    command.addHelpText("after", () => rendered(pageOf(path.join(" ")), { width, title }));
    for (const child of command.commands) visit(child, [...path, child.name()]);
  };
  visit(program, []);
}

function listed(this: Help, command: Command): Command[] {
  // `help` is how people find it who do not know `--help`; in a list it is only noise.
  return [...command.commands];
}

interface Look {
  readonly width: number;
  readonly title: (text: string) => string;
}

function rendered(page: Page, look: Look): string {
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ["", (page.details ?? []).flatMap((text, index) => [...(index === 0 ? [] : [""]), ...wrap(text, look.width)])],
    ["Exit codes:", columns(page.exits ?? [], look.width)],
    ["Environment:", columns(page.environment ?? [], look.width)],
    ["Files:", columns(page.files ?? [], look.width)],
    [
      page.examples.length === 1 ? "Example:" : "Examples:",
      page.examples.flatMap((example) => exampleLines(example, look.width)),
    ],
    ["See also:", (page.seeAlso ?? []).flatMap((line) => indented(line, look.width))],
  ];
  return sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => ["", ...(title === "" ? [] : [look.title(title)]), ...lines].join("\n"))
    .join("\n");
}

function exampleLines([line, purpose]: readonly [string, string], width: number): readonly string[] {
  return [`  ${line}`, ...wrap(purpose, width - 6).map((part) => `      ${part}`)];
}

function columns(rows: readonly (readonly [string, string])[], width: number): readonly string[] {
  const first = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.flatMap(([name, meaning]) =>
    wrap(meaning, width - first - 4).map((part, index) => `  ${(index === 0 ? name : "").padEnd(first)}  ${part}`),
  );
}

function indented(text: string, width: number): readonly string[] {
  return wrap(text, width - 2).map((part) => `  ${part}`);
}
