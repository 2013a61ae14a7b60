/** Breaks text at spaces, and inside words that are longer than a line. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").flatMap((long) => pieces(long, width))) {
    if (line === "") line = word;
    else if (line.length + 1 + word.length <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

function pieces(word: string, width: number): string[] {
  return word.length <= width ? [word] : (word.match(new RegExp(`.{1,${width}}`, "gu")) ?? [word]);
}

// Pasted with a line break in it, a command would run half.
const command = /^ +tokenward /;

/** Wraps each line, keeping its indentation. A line that is a command to paste stays whole. */
export function wrapLines(text: string, width: number): string {
  return text
    .split("\n")
    .flatMap((line) => {
      if (command.test(line)) return [line];
      const indent = /^ */.exec(line)?.[0] ?? "";
      return wrap(line.trimStart(), Math.max(1, width - indent.length)).map((part) => indent + part);
    })
    .join("\n");
}
