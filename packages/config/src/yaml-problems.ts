import type { ErrorCode as YamlCode } from "yaml";

/** The YAML library's own sentences quote the source, which may be a secret. These do not. */
const sentences: Partial<Record<YamlCode, readonly [message: string, fix: string]>> = {
  BAD_DQ_ESCAPE: ["A backslash in double quotes starts no known escape.", "Write `\\\\`, or use single quotes."],
  BAD_INDENT: ["The indentation does not fit the lines above.", "Indent with the same spaces as its neighbours."],
  BAD_SCALAR_START: ["The value starts with a character that YAML reserves.", "Put the value in quotes."],
  BLOCK_AS_IMPLICIT_KEY: ["There are two `: ` in one line.", "Put the value in quotes, or start a new line."],
  BLOCK_IN_FLOW: ["A block stands inside brackets or braces.", "Write it in brackets or braces, too."],
  MISSING_CHAR: ["A character is missing, such as a comma, a colon or the closing quote.", "Add it."],
  MULTILINE_IMPLICIT_KEY: ["A key goes over several lines.", "Write the key and its colon in one line."],
  MULTIPLE_DOCS: ["The file holds several YAML documents.", "Keep one, without `---` in between."],
  TAB_AS_INDENT: ["A tab is used for indentation.", "Indent with spaces."],
  TAG_RESOLVE_FAILED: ["Tags such as `!name` are not read: a configuration is data only.", "Remove the tag."],
  UNEXPECTED_TOKEN: ["Something here is not YAML.", "Check brackets, quotes and colons around this place."],
};

/** What to say about a mistake that the YAML library found. */
export function yamlSentence(code: YamlCode): readonly [message: string, fix: string] {
  return sentences[code] ?? ["This is not valid YAML.", "Check brackets, quotes, colons and indentation around it."];
}

/** After these the rest of the file still means what it says, so that its other mistakes can be reported, too. */
export function leavesMeaning(code: YamlCode): boolean {
  return code === "TAG_RESOLVE_FAILED";
}
