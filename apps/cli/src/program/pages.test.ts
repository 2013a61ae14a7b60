import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { createProgram } from "../program.ts";
import type { Output } from "../output/output.ts";
import { pageOf } from "./pages.ts";

function output(columns: number): Output {
  const nothing = (): void => undefined;
  const style: Output["style"] = (_format, text) => text;
  return { json: false, columns, live: false, data: nothing, note: nothing, transient: nothing, style, close: nothing };
}

function everyCommand(command: Command, path: readonly string[] = []): readonly (readonly [string, Command])[] {
  return [
    [path.join(" "), command],
    ...command.commands.flatMap((child) => everyCommand(child, [...path, child.name()])),
  ];
}

function programOf(columns = 80): Command {
  return createProgram({ output: output(columns), version: "1.0.0" }, async () => undefined);
}

function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({ writeOut: (more) => void (text += more) }).exitOverride();
  expect(() => command.help()).toThrow("outputHelp");
  return text;
}

describe("the page of", () => {
  it.each(everyCommand(programOf()))("tokenward %s", (words, command) => {
    expect(command.description()).toMatch(/\.$/);
    const page = pageOf(words);
    expect(page.examples.length).toBeGreaterThan(0);
    expect(page.exits?.length).toBeGreaterThan(1);
    for (const columns of [80, 200]) {
      const [, same] = everyCommand(programOf(columns)).find(([name]) => name === words) ?? [];
      // What is to be pasted is not broken; everything else fits.
      const pasted = new Set(page.examples.map(([line]) => `  ${line}`));
      const lines = helpOf(same as Command)
        .split("\n")
        .filter((line) => !pasted.has(line));
      for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(Math.min(columns, 100));
    }
  });

  it("shows only commands that there are", () => {
    const known = new Set(everyCommand(programOf()).map(([words]) => words));
    const grants = /^(tiktok|linkedin|youtube|instagram|podium)/;
    for (const [words] of everyCommand(programOf())) {
      for (const [line] of pageOf(words).examples) {
        const [, rest = ""] = /\btokenward( [^|<>)"]*)?/.exec(line) ?? [];
        const called = rest
          .trim()
          .split(" ")
          .filter((word) => word !== "" && !word.startsWith("-"));
        const first = called.slice(0, 2).join(" ");
        const fits = known.has(first) || known.has(called[0] ?? "") || grants.test(called[1] ?? "");
        expect(fits, line).toBe(true);
      }
    }
  });
});
