/** One JSON object, or what looks like one. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** What could be made of a text that should have been a JSON object. */
export interface LenientReading {
  /** Every object found, from the outside in and in the order of the text. */
  readonly records: readonly JsonRecord[];
  /** What was wrong with the text, as fragments without any of it. */
  readonly problems: readonly string[];
  /** Whether the text was read to its end. If not, something that belongs to it may be missing. */
  readonly whole: boolean;
}

// Deep enough for every envelope there is, shallow enough for an answer made to exhaust this process.
const mostRecords = 2_000;
const mostDepth = 12;

/**
 * Finds the objects in a text: JSON, JSON with something before or after it, JSON as a string in JSON, JSON that
 * breaks off or is damaged (its complete `"name": "value"` pairs), form-encoded pairs. Throws never.
 *
 * @param cut whether the text is known to break off: then its last form-encoded pair is not believed
 */
export function readLeniently(text: string, cut: boolean, type: string | undefined): LenientReading {
  const trimmed = text.replace(/^[\s\uFEFF\0]+|[\s\uFEFF\0]+$/g, "");
  if (trimmed === "") return { records: [], problems: ["it is empty"], whole: !cut };
  const value = parse(trimmed);
  if (value !== undefined) return fromValue(value, []);
  const start = trimmed.search(/[{[]/);
  const inner = start === -1 ? undefined : balanced(trimmed, start);
  const embedded = inner === undefined ? undefined : parse(inner);
  if (embedded !== undefined) {
    const reading = fromValue(embedded, ["there is something else around its JSON"]);
    // The first object need not be the one that counts.
    const salvaged = salvage(trimmed);
    return { ...reading, records: [...reading.records, ...salvaged] };
  }
  const form = readForm(trimmed, cut);
  if (form !== undefined) {
    const labelled = type?.includes("x-www-form-urlencoded") === true;
    return { records: [form], problems: labelled ? [] : ["it is form-encoded"], whole: !cut };
  }
  return { records: salvage(trimmed), problems: ["it is not valid JSON"], whole: false };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fromValue(value: unknown, problems: readonly string[]): LenientReading {
  const records: JsonRecord[] = [];
  const found = new Set(problems);
  // Breadth first: what stands further out is meant before what stands further in.
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0 && depth < mostDepth && records.length < mostRecords; depth++) {
    const next: unknown[] = [];
    for (const item of level) {
      if (next.length > mostRecords) break;
      if (typeof item === "string") {
        const nested = /^\s*["[{]/.test(item) ? parse(item) : undefined;
        if (nested !== undefined && (depth === 0 || isObject(nested))) {
          found.add("its JSON is wrapped in a string");
          next.push(nested);
        }
      } else if (Array.isArray(item)) next.push(...item.slice(0, mostRecords));
      else if (isObject(item)) {
        records.push(item);
        next.push(...Object.values(item).slice(0, mostRecords));
      }
    }
    level = next;
  }
  if (records.length === 0) found.add("it is not a JSON object");
  return { records, problems: [...found], whole: true };
}

/** Whether a value is an object with names. */
export function isObject(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The text of the object or array that begins at `start`, if it ends. */
function balanced(text: string, start: number): string | undefined {
  let depth = 0;
  let quoted = false;
  for (let index = start; index < text.length; index++) {
    const character = text[index];
    if (quoted) {
      if (character === "\\") index++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]") {
      depth--;
      if (depth === 0) return text.slice(start, index + 1);
    }
  }
  return undefined;
}

function readForm(text: string, cut: boolean): JsonRecord | undefined {
  if (!/^[?#]?[A-Za-z0-9_.-]+=[^<>{}"\s]*(&[^<>{}"\s]*)*$/.test(text)) return undefined;
  const pairs = text.replace(/^[?#]/, "").split("&");
  // The last value has no end mark.
  const complete = cut ? pairs.slice(0, -1) : pairs;
  return Object.fromEntries(new URLSearchParams(complete.join("&")));
}

// A value counts only with its closing quote and what follows one, so that half a token is never taken for a whole one.
const stringPair =
  /(?<quote>["'])(?<name>[A-Za-z][\w-]{1,63})\k<quote>\s*[^"'\\,[\]{}\s]\s*\k<quote>(?<value>(?:[^"'\\]|\\.|(?!\k<quote>)["'])*)\k<quote>(?=\s*(?:[,}\]]|$|.\s*["']\w+["']\s*:))/g;
const numberPair = /["'](?<name>[A-Za-z][\w-]{1,63})["']\s*:\s*(?<value>-?\d[\d.eE+-]*)(?=\s*[,}\]])/g;
const element = /<(?<name>[A-Za-z][\w-]{1,63})>(?<value>[^<>]*)<\/\k<name>>/g;

/** The complete pairs of a text that no parser takes, as one flat record; the first of each name counts. */
function salvage(text: string): readonly JsonRecord[] {
  const texts = text.includes('\\"') ? [text, unescaped(text)] : [text];
  return texts.flatMap((source) => {
    const record = new Map<string, unknown>();
    const keep = (name: string, value: unknown): void => {
      if (value !== undefined && !record.has(name)) record.set(name, value);
    };
    for (const { groups } of source.matchAll(stringPair)) {
      keep(groups!["name"] as string, parse(`"${(groups!["value"] as string).replace(/(?<!\\)"/g, '\\"')}"`));
    }
    for (const { groups } of source.matchAll(numberPair)) keep(groups!["name"] as string, Number(groups!["value"]));
    for (const { groups } of source.matchAll(element))
      keep(groups!["name"] as string, withoutEntities(groups!["value"] as string));
    return record.size === 0 ? [] : [Object.fromEntries(record)];
  });
}

function withoutEntities(text: string): string {
  const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
  return text.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => entities[name] as string);
}

function unescaped(text: string): string {
  return text.replace(/\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/g, (escape) => parse(`"${escape}"`) as string);
}
