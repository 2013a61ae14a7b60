// Every command's help page, as the program itself prints it.
import { createProgram } from "../../apps/cli/src/program.ts";

const columns = 100;

/** The words of each command, without the program's own name, and its page. */
export function commandPages() {
  const output = { columns, style: (_format, text) => text, data: () => undefined, note: () => undefined };
  const program = createProgram({ output, version: "" }, async () => undefined);
  return everyCommand(program).map(([words, command]) => ({ words, page: pageOf(command) }));
}

function everyCommand(command, path = []) {
  return [
    [path.join(" "), command],
    ...command.commands.flatMap((child) => everyCommand(child, [...path, child.name()])),
  ];
}

function pageOf(command) {
  let text = "";
  command.configureOutput({ writeOut: (more) => (text += more) }).exitOverride();
  try {
    command.help();
  } catch {
    // Commander ends a help page by throwing.
  }
  return text.trimEnd();
}
