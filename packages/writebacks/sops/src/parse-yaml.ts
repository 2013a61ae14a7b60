import { isAlias, isMap, isScalar, isSeq, parseAllDocuments, Scalar, type Document } from "yaml";
import { metadataOf, numberText, OnlySopsKnows, type Leaf, type Parsed } from "./leaf.ts";

// What the YAML library of SOPS takes for a time, and ours does not.
const time = /^\d{4}-\d{1,2}-\d{1,2}/;

/**
 * Reads a YAML file's values in their order.
 *
 * @throws SyntaxError where it is no YAML, {@link OnlySopsKnows} where it holds anchors, times and the like in the clear
 */
export function parseYaml(text: string): Parsed {
  const documents = parseAllDocuments(text, { logLevel: "silent" });
  if (!Array.isArray(documents) || documents.length === 0) throw new SyntaxError("empty");
  const leaves: Leaf[] = [];
  let block: unknown;
  let first: number | undefined;
  for (const document of documents as Document[]) {
    if (document.errors.length > 0) throw new SyntaxError("not valid YAML");
    if (!isMap(document.contents)) throw new SyntaxError("not a mapping");
    collect(document.contents, [], leaves);
    first ??= leaves.length;
    block ??= (document.toJS() as Readonly<Record<string, unknown>>)["sops"];
  }
  return { leaves, first, metadata: metadataOf(block) };
}

/** The first document as plain data, whatever it holds. */
export function firstDocument(text: string): unknown {
  const [first] = parseAllDocuments(text, { logLevel: "silent" });
  return first?.toJS();
}

function collect(node: unknown, path: readonly string[], leaves: Leaf[]): void {
  if (path[0] === "sops") return;
  if (isMap(node)) {
    for (const { key, value } of node.items) {
      if (!isScalar(key) || typeof key.value !== "string" || key.value === "<<") throw new OnlySopsKnows("a key");
      collect(value, [...path, key.value], leaves);
    }
  } else if (isSeq(node)) for (const item of node.items) collect(item, path, leaves);
  else if (isAlias(node)) throw new OnlySopsKnows("an alias");
  else if (isScalar(node) && node.value !== null) leaves.push({ path, text: scalar(node) });
}

function scalar(node: Scalar): string {
  const { value, source = "", tag } = node;
  if (tag !== undefined) throw new OnlySopsKnows("a tag");
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number" || typeof value === "bigint") return numberText(source);
  if (typeof value !== "string") throw new OnlySopsKnows("an unusual value");
  if (node.type === Scalar.PLAIN && (time.test(value) || /^[+-]?[\d.]/.test(value))) throw new OnlySopsKnows("a time");
  return value;
}
