import type { Argument, Command, Option } from "commander";

/** One word that may come next. */
export interface Suggestion {
  readonly word: string;
  readonly description: string;
}

/** What may come next. */
export interface Suggestions {
  readonly suggestions: readonly Suggestion[];
  /** Whether the shell should offer files instead. */
  readonly files: boolean;
}

/** A grant of the configuration, as far as completion needs it. */
export interface KnownGrant {
  readonly id: string;
  readonly enabled: boolean;
}

/**
 * What may stand where the last of these words stands, read from the commands themselves, so that completion cannot
 * know others than the program does.
 *
 * @param words after the program's name; the last one is being typed and may be empty
 * @param grants are asked for only where a grant can stand
 * @param backends names of write-backs, for `<backend>`
 */
export async function suggest(
  program: Command,
  words: readonly string[],
  grants: (configPath: string | undefined) => Promise<readonly KnownGrant[]>,
  backends: readonly string[] = [],
): Promise<Suggestions> {
  const last = words.at(-1) ?? "";
  // How a shell that drops empty arguments says that nothing was typed yet.
  const typed = last === '""' ? "" : last;
  const place = placeOf(program, words.slice(0, -1));
  const inline = /^(--[^=]+)=/.exec(typed);
  const option = place.awaiting ?? (inline === null ? undefined : optionOf(place.path, inline[1] as string));
  if (option !== undefined) {
    const choices = /<backend>/.test(option.flags) ? backends : option.argChoices;
    const before = inline === null ? "" : `${inline[1] ?? ""}=`;
    return { suggestions: choicesOf(choices ?? [], before, typed), files: /<(?:file|folder)>/.test(option.flags) };
  }
  const all = typed.startsWith("-") && !place.literal ? optionsOf(place) : await wordsOf(place, grants);
  return { suggestions: all.filter(({ word }) => word.startsWith(typed)), files: false };
}

interface Place {
  /** From the program down to the command that the words lead to. */
  readonly path: readonly Command[];
  /** Words of it that are no options. */
  readonly positional: number;
  /** The option whose value comes next. */
  readonly awaiting: Option | undefined;
  /** Behind `--`: nothing is an option any more. */
  readonly literal: boolean;
  /** Options that are there already. */
  readonly given: ReadonlySet<string>;
  readonly configPath: string | undefined;
}

function placeOf(program: Command, words: readonly string[]): Place {
  let path: readonly Command[] = [program];
  let positional = 0;
  let awaiting: Option | undefined;
  let literal = false;
  let configPath: string | undefined;
  const given = new Set<string>();
  for (const word of words) {
    if (awaiting !== undefined) {
      if (awaiting.attributeName() === "config") configPath = word;
      awaiting = undefined;
    } else if (word === "--" && !literal) {
      literal = true;
    } else if (word.startsWith("-") && !literal) {
      const [name = word, value] = word.split("=", 2);
      const option = optionOf(path, name);
      if (option === undefined) continue;
      given.add(option.attributeName());
      if (option.attributeName() === "config" && value !== undefined) configPath = value;
      if (takesValue(option) && value === undefined) awaiting = option;
    } else {
      const next = positional === 0 ? namedCommand(path.at(-1) as Command, word) : undefined;
      if (next === undefined) positional++;
      else path = [...path, next];
    }
  }
  return { path, positional, awaiting, literal, given, configPath };
}

function namedCommand(command: Command, word: string): Command | undefined {
  return command.commands.find((child) => child.name() === word || child.aliases().includes(word));
}

function optionOf(path: readonly Command[], name: string): Option | undefined {
  return path.flatMap((command) => command.options).find((option) => option.long === name || option.short === name);
}

function takesValue(option: Option): boolean {
  return option.required || option.optional;
}

function choicesOf(choices: readonly string[], before: string, typed: string): readonly Suggestion[] {
  const suggestions = choices.map((choice) => ({ word: `${before}${choice}`, description: "" }));
  return suggestions.filter(({ word }) => word.startsWith(typed));
}

function optionsOf({ path, given }: Place): readonly Suggestion[] {
  const [program, ...inner] = path as readonly [Command, ...Command[]];
  const everywhere = program.options.filter((option) => takesValue(option));
  const own = inner.length === 0 ? [program] : inner;
  const options = [...own.flatMap((command) => command.createHelp().visibleOptions(command)), ...everywhere].filter(
    (option) => option.variadic || !given.has(option.attributeName()),
  );
  const known = new Map(options.map((option) => [option.long ?? option.flags, option.description]));
  return [...known].map(([word, description]) => ({ word, description }));
}

async function wordsOf(
  { path, positional, configPath }: Place,
  grants: (configPath: string | undefined) => Promise<readonly KnownGrant[]>,
): Promise<readonly Suggestion[]> {
  const command = path.at(-1) as Command;
  const children = command.createHelp().visibleCommands(command);
  const commands = positional > 0 ? [] : children.filter((child) => !isGrant(child)).map(describeCommand);
  const grantCommand = children.find((child) => isGrant(child));
  const argument = command.registeredArguments.at(positional);
  const choices = argument?.argChoices?.map((word) => ({ word, description: "" })) ?? [];
  const wantsGrant = argument === undefined ? positional === 0 && grantCommand !== undefined : standsForGrant(argument);
  if (!wantsGrant) return [...commands, ...choices];
  const known = await grants(configPath);
  return [...commands, ...choices, ...(argument?.name() === "selection" ? selections(known) : grantWords(known))];
}

// `auth <grant>` is what `auth` does with any word that is none of its commands.
function isGrant(command: Command): boolean {
  return command.name().startsWith("<");
}

function standsForGrant(argument: Argument): boolean {
  return argument.name() === "grant" || argument.name() === "selection";
}

function describeCommand(command: Command): Suggestion {
  return { word: command.name(), description: command.summary() || (command.description().split("\n")[0] ?? "") };
}

function grantWords(grants: readonly KnownGrant[]): readonly Suggestion[] {
  return grants.map(({ id, enabled }) => ({ word: id, description: enabled ? "" : "switched off" }));
}

function selections(grants: readonly KnownGrant[]): readonly Suggestion[] {
  const platforms = [...new Set(grants.filter(({ id }) => id.includes("/")).map(({ id }) => id.split("/")[0] ?? id))];
  return [
    { word: "all", description: "every grant that is not switched off" },
    ...platforms.map((platform) => ({ word: platform, description: "all of its accounts" })),
    ...grantWords(grants),
  ];
}
