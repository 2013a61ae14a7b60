/** Whether a human can read something in a message: what a format escapes or wraps is what it was before. */
export function shows(text: string, part: string): boolean {
  const wanted = evenSpaced(part);
  return readings(text).some((reading) => reading.includes(wanted));
}

/** A message as the usual formats would show it: as it is, as a string of JSON, as HTML, as Markdown. */
export function readings(text: string): readonly string[] {
  let found: readonly string[] = [text];
  for (const undo of [withoutJson, withoutJson, withoutEntities, withoutMarks])
    found = [...found, ...found.map((reading) => undo(reading))];
  return [...new Set(found.map((reading) => evenSpaced(reading)))];
}

/** How often one of some words is in a text. */
export function countOf(pattern: RegExp, text: string): number {
  return text.match(new RegExp(pattern, "gi"))?.length ?? 0;
}

function evenSpaced(text: string): string {
  return text.replace(/\s+/g, " ");
}

const shortEscapes: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

function withoutJson(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(["\\/bfnrt]))/g, (_, code?: string, letter?: string) =>
    code === undefined ? (shortEscapes[letter ?? ""] ?? letter ?? "") : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };

function withoutEntities(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]+));/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return entities[name] ?? whole;
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole;
    },
  );
}

// Backslashes before punctuation, and the invisible characters with which pings are disarmed.
function withoutMarks(text: string): string {
  return text.replace(/\\(?=[!-/:-@[-`{-~])/g, "").replace(/[\u200B\u200C\u2060\uFEFF]/g, "");
}
