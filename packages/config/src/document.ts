import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from "yaml";
import type { ConfigPath } from "./problem.ts";
import { leavesMeaning, yamlSentence } from "./yaml-problems.ts";

/** A line and a column, from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A configuration file as plain values that still know where they stand. */
export interface ConfigDocument {
  /** Objects, arrays, strings, numbers, booleans and null. */
  readonly root: unknown;
  /** Whether the syntax is so broken that the values mean nothing. */
  readonly broken: boolean;
  readonly mistakes: readonly {
    readonly path: ConfigPath;
    readonly position: Position | undefined;
    readonly message: string;
    readonly fix: string;
  }[];
  /** Of the key, or of the list item; of the nearest one around it where there is none. Unknown in a program. */
  position(path: ConfigPath): Position | undefined;
  /** Where positions are unknown: how many values come before. */
  order?(path: ConfigPath): number;
}

// An alias can stand for a large block, and blocks of aliases multiply. Nobody writes that many by hand.
const mostAliasedValues = 10_000;
const deepest = 50;

/** Reads YAML 1.2 (of which JSON is a part) as data: no tags, no merging of keys, a bounded use of aliases. */
export function readDocument(text: string): ConfigDocument {
  const lines = new LineCounter();
  const yaml = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    schema: "core",
    resolveKnownTags: false,
    uniqueKeys: false,
  });
  const offsets = new Map<string, number>();
  const mistakes: ConfigDocument["mistakes"][number][] = [];
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const values = new ValueReader(yaml, offsets, (path, offset, message, fix) => {
    mistakes.push({ path, position: at(offset), message, fix });
  });
  const seen = [...yaml.errors, ...yaml.warnings];
  const broken = seen.some(({ code }) => !leavesMeaning(code));
  const root = broken ? null : values.read(yaml.contents, []);
  for (const { code, pos } of seen) {
    const position = at(pos[0]);
    // One slip makes the parser stumble several times; the first word about a line is the useful one.
    if (mistakes.some((mistake) => mistake.position?.line === position.line)) continue;
    const [message, fix] = yamlSentence(code);
    mistakes.push({ path: nearestPath(offsets, pos[0]), position, message, fix });
  }
  return {
    root,
    broken,
    mistakes,
    position(path) {
      for (let length = path.length; length > 0; length--) {
        const offset = offsets.get(keyOf(path.slice(0, length)));
        if (offset !== undefined) return at(offset);
      }
      return { line: 1, column: 1 };
    },
  };
}

class ValueReader {
  readonly #yaml: Document;
  readonly #offsets: Map<string, number>;
  readonly #mistake: (path: ConfigPath, offset: number, message: string, fix: string) => void;
  #aliased = 0;
  #aliasDepth = 0;
  #exceeded = false;

  constructor(
    yaml: Document,
    offsets: Map<string, number>,
    mistake: (path: ConfigPath, offset: number, message: string, fix: string) => void,
  ) {
    this.#yaml = yaml;
    this.#offsets = offsets;
    this.#mistake = mistake;
  }

  read(node: unknown, path: ConfigPath): unknown {
    if (isScalar(node)) return this.#plain(node.value);
    if (path.length > deepest || (this.#aliasDepth > 0 && ++this.#aliased > mostAliasedValues)) {
      this.#refuse(node, path);
      return null;
    }
    if (isAlias(node)) return this.#readAlias(node, path);
    if (isSeq(node)) {
      return node.items.map((item, index) => {
        const here = [...path, String(index)];
        this.#remember(here, item);
        return this.read(item, here);
      });
    }
    if (!isMap(node)) return null;
    const object: Record<string, unknown> = {};
    for (const { key, value } of node.items) this.#readPair(object, key, value, path);
    return object;
  }

  #readPair(object: Record<string, unknown>, key: unknown, value: unknown, path: ConfigPath): void {
    if (!isScalar(key)) {
      const offset = (key as Node | null)?.range?.[0] ?? 0;
      this.#mistake(path, offset, "A key must be a plain word.", "Write the key as text.");
      return;
    }
    const name = key.source ?? String(key.value);
    const here = [...path, name];
    const offset = key.range?.[0] ?? 0;
    if (name === "__proto__") {
      this.#mistake(here, offset, "`__proto__` is not a key.", "Remove it.");
    } else if (Object.hasOwn(object, name)) {
      this.#mistake(here, offset, `\`${name}\` is there twice.`, "Keep one of them.");
    } else {
      this.#remember(here, key);
      object[name] = this.read(value, here);
    }
  }

  #readAlias(
    alias: Node & { readonly source: string; resolve(yaml: Document): Node | undefined },
    path: ConfigPath,
  ): unknown {
    const offset = alias.range?.[0] ?? 0;
    const node = alias.resolve(this.#yaml);
    if (node === undefined) {
      const fix = `Write \`&${alias.source}\` where it is meant to come from.`;
      this.#mistake(path, offset, `\`*${alias.source}\` stands for nothing.`, fix);
      return null;
    }
    this.#aliasDepth++;
    const value = this.read(node, path);
    this.#aliasDepth--;
    if (this.#aliasDepth === 0 && this.#exceeded) {
      this.#exceeded = false;
      this.#mistake(path, offset, "Aliases stand for too much here.", "Write the values out.");
    }
    return value;
  }

  // Within an alias the outermost one is named, because that is where a human can change something.
  #refuse(node: unknown, path: ConfigPath): void {
    if (this.#aliasDepth > 0) {
      this.#exceeded = true;
      return;
    }
    const offset = (node as Node | null)?.range?.[0] ?? 0;
    this.#mistake(
      path,
      offset,
      "This is nested too deeply.",
      "No key of a configuration is that deep; write it flatter.",
    );
  }

  #plain(value: unknown): unknown {
    return typeof value === "bigint" ? Number(value) : value;
  }

  #remember(path: ConfigPath, node: unknown): void {
    const offset = (node as Node | null)?.range?.[0];
    const key = keyOf(path);
    if (offset !== undefined && !this.#offsets.has(key)) this.#offsets.set(key, offset);
  }
}

function keyOf(path: ConfigPath): string {
  return path.join("\0");
}

function nearestPath(offsets: ReadonlyMap<string, number>, offset: number): ConfigPath {
  let nearest: { readonly key: string; readonly offset: number } | undefined;
  for (const [key, start] of offsets) {
    if (start <= offset && (nearest === undefined || start > nearest.offset)) nearest = { key, offset: start };
  }
  return nearest === undefined ? [] : nearest.key.split("\0");
}
