import { metadataOf, type Leaf, type Parsed } from "./leaf.ts";

/**
 * Reads an env file as SOPS does: no quotes, no trimming, `\n` for a line break.
 *
 * @throws SyntaxError
 */
export function parseDotenv(text: string): Parsed {
  const leaves: Leaf[] = [];
  const flat = new Map<string, string>();
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const equals = line.indexOf("=");
    if (equals === -1) throw new SyntaxError("a line without =");
    const key = line.slice(0, equals);
    const value = line.slice(equals + 1).replaceAll("\\n", "\n");
    if (key.startsWith("sops_")) flat.set(key.slice("sops_".length), value);
    else leaves.push({ path: [key], text: value });
  }
  return { leaves, metadata: flat.size === 0 ? undefined : metadataOf(unflatten(flat)) };
}

// `age__list_0__map_enc` stands for age[0].enc.
function unflatten(flat: ReadonlyMap<string, string>): Record<string, unknown> {
  const block: Record<string, unknown> = {};
  for (const [key, value] of flat) {
    const [name = "", position, field] = key.split(/__list_|__map_/);
    if (position === undefined) {
      block[name] = value;
      continue;
    }
    const list = (block[name] ??= []) as Record<string, string>[];
    if (field !== undefined) (list[Number.parseInt(position, 10)] ??= {})[field] = value;
  }
  return block;
}
