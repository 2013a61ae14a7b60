import { CreationError } from "./creation-error.ts";
import { kindNames, kinds, type PluginKind } from "./kind.ts";

/** Longer ones would not fit into the lines of the template. */
const longest = 32;

const pattern = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/** Words of the command line: a platform is selected by its name, and these mean something else there. */
const commandWords: ReadonlySet<string> = new Set([
  "all",
  "forget",
  "import",
  "move",
  "recover",
  "refresh",
  "revoke",
  "rotate-secret",
  "scopes",
  "status",
  "verify",
]);

/** A plugin's name as it was typed: alone, or as the package's whole name, which also says the kind. */
export interface TypedName {
  readonly name: string;
  readonly kind?: PluginKind | undefined;
}

/** Takes `acme` out of `tokenward-refresher-acme`. */
export function readTypedName(text: string): TypedName {
  for (const kind of kindNames) {
    const prefix = `tokenward-${kinds[kind].part}-`;
    if (text.startsWith(prefix)) return { name: text.slice(prefix.length), kind };
  }
  return { name: text };
}

/** What is wrong with a plugin's name, in one sentence; `undefined` if nothing is. */
export function nameMistake(name: string, kind: PluginKind | undefined): string | undefined {
  if (name === "") return "The plugin needs a name, such as acme.";
  if (!pattern.test(name)) {
    return `"${name}" cannot name a plugin: use small letters, digits and single dashes, and begin with a letter, as in acme-crm.`;
  }
  if (name.length > longest) return `"${name}" is too long: a plugin's name has at most ${longest} letters.`;
  if (kind === undefined) return undefined;
  if (kinds[kind].taken.includes(name)) {
    return `"${name}" is the name of Tokenward's own ${kind}, which a configuration would always find first: choose another one.`;
  }
  if (kind === "refresher" && commandWords.has(name)) {
    return `"${name}" is a word of the command line and cannot name a platform: choose another one.`;
  }
  return undefined;
}

/** @throws {@link CreationError} */
export function checkName(name: string, kind: PluginKind): void {
  const mistake = nameMistake(name, kind);
  if (mistake !== undefined) throw new CreationError(mistake);
}

/** `tokenward-refresher-acme`: what `refresher: acme` in a configuration finds. */
export function packageName(name: string, kind: PluginKind): string {
  return `tokenward-${kinds[kind].part}-${name}`;
}

/** A name in the ways in which code writes it. */
export interface Spellings {
  readonly kebab: string;
  readonly camel: string;
  readonly pascal: string;
  readonly upper: string;
}

/** `acme-crm`, `acmeCrm`, `AcmeCrm` and `ACME_CRM`. */
export function spellingsOf(name: string): Spellings {
  const words = name.split("-");
  const pascal = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  return {
    kebab: name,
    camel: pascal.charAt(0).toLowerCase() + pascal.slice(1),
    pascal,
    upper: words.join("_").toUpperCase(),
  };
}
