// What a plugin's options mean: the TSDoc of its options interface, which its author writes anyway.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseSync } from "oxc-parser";

/** Every option of the plugin in `folder`, in the interface's order: `{ name, text, required }`. */
export function optionsOf(folder) {
  const source = path.join(folder, "src");
  const index = readFileSync(path.join(source, "index.ts"), "utf8");
  const name = /\bPlugin<\s*"[\w-]+",\s*(\w+)\s*>/.exec(index)?.[1];
  if (name === undefined || !existsSync(source)) return [];
  const files = readdirSync(source)
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((file) => {
      const text = readFileSync(path.join(source, file), "utf8");
      const { program, comments } = parseSync(file, text);
      return { text, program, comments };
    });
  return membersOf(name, files);
}

function membersOf(name, files) {
  for (const file of files) {
    const found = file.program.body
      .map((statement) => statement.declaration ?? statement)
      .find((statement) => statement.type === "TSInterfaceDeclaration" && statement.id.name === name);
    if (found === undefined) continue;
    const inherited = found.extends.flatMap(({ expression }) => membersOf(expression.name, files));
    const own = found.body.body
      .filter((member) => member.type === "TSPropertySignature")
      .map((member) => ({
        name: member.key.name,
        text: commentBefore(member.start, file),
        required: !member.optional,
      }));
    return [...inherited, ...own];
  }
  return [];
}

function commentBefore(start, { text, comments }) {
  const comment = comments.findLast(
    ({ type, value, end }) =>
      type === "Block" && value.startsWith("*") && end <= start && text.slice(end, start).trim() === "",
  );
  return (comment?.value ?? "")
    .split("\n")
    .map((line) => line.replace(/^\s*\*+ ?/, "").trim())
    .filter((line) => line !== "")
    .join(" ")
    .replaceAll(/\{@link (\w+)\}/g, "`$1`");
}

/** The sentences about the default, without their first word, and the rest. */
export function splitDefault(text) {
  const sentences = text.split(/(?<=[.)])\s+(?=[A-Z`"'])/);
  const isDefault = (sentence) => /^Default\b/.test(sentence);
  const said = sentences.filter(isDefault).map((sentence) => sentence.replace(/^Default:? /, "").replace(/\.$/, ""));
  return { preset: said.join("; "), meaning: sentences.filter((sentence) => !isDefault(sentence)).join(" ") };
}
