// How the demo talks to a human: headings, commands, and one plain sentence on each.
import { stripVTControlCharacters, styleText } from "node:util";

const widest = 100;
const width = Math.min(process.stdout.columns ?? 80, widest);

const style = (format, text) => styleText(format, text, { stream: process.stdout });

export function title(text, subtitle) {
  line();
  line(style("bold", text));
  paragraph(subtitle, "", "dim");
}

export function heading(number, text) {
  line();
  line(style(["bold", "cyan"], `${number}. ${text}`));
}

export function command(text) {
  line();
  line(`${style("dim", "$")} ${style("bold", text)}`);
}

/** What a script would see of a command. */
export function exitCode(code) {
  line();
  line(style(code === 0 ? "dim" : "yellow", `exit code ${code}`));
}

/** What just happened, and why that is right. */
export function explain(text) {
  line();
  paragraph(text, `${style("green", "→")} `);
}

/** What belongs to the explanation before it, one by one. */
export function points(texts) {
  for (const text of texts) paragraph(text, "  - ");
}

export function paragraph(text, first = "", format) {
  const indent = " ".repeat(stripVTControlCharacters(first).length);
  const [head, ...rest] = wrapped(text, width - indent.length).map((part) => (format ? style(format, part) : part));
  line(`${first}${head}`);
  for (const part of rest) line(`${indent}${part}`);
}

/** Commands to paste, each with what it is for. */
export function suggestions(list) {
  for (const [text, purpose] of list) {
    line();
    line(`  ${style("bold", text)}`);
    for (const part of wrapped(purpose, width - 4)) line(`    ${style("dim", part)}`);
  }
  line();
}

export function line(text = "") {
  process.stdout.write(`${text}\n`);
}

function wrapped(text, columns) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== "" && last.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines;
}
