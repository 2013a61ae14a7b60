import { metadataOf, numberText, type Leaf, type Parsed } from "./leaf.ts";

const token = /"(?:\\.|[^"\\])*"|[[\]{}]|-?\d[\d.eE+-]*|true|false|null/g;

/**
 * Reads a JSON file's values in their order, which `JSON.parse` alone does not keep where keys look like numbers.
 *
 * @throws SyntaxError
 */
export function parseJson(text: string): Parsed {
  const data = JSON.parse(text) as unknown;
  if (typeof data !== "object" || data === null || Array.isArray(data)) throw new SyntaxError("not an object");
  const tokens = text.match(token) ?? [];
  const leaves: Leaf[] = [];
  let at = 0;

  const value = (path: readonly string[]): void => {
    const next = tokens[at++] as string;
    if (next === "{") {
      while (tokens[at] !== "}") {
        const key = JSON.parse(tokens[at++] as string) as string;
        value([...path, key]);
      }
      at++;
    } else if (next === "[") {
      while (tokens[at] !== "]") value(path);
      at++;
    } else if (next !== "null" && path[0] !== "sops") leaves.push({ path, text: scalar(next) });
  };
  value([]);
  return { leaves, metadata: metadataOf((data as Readonly<Record<string, unknown>>)["sops"]) };
}

function scalar(source: string): string {
  if (source.startsWith('"')) return JSON.parse(source) as string;
  if (source === "true") return "True";
  return source === "false" ? "False" : numberText(source);
}
