import { parseArgs } from "node:util";
import { CreationError } from "./creation-error.ts";
import { isKind, kindNames, type PluginKind } from "./kind.ts";
import { nameMistake, readTypedName } from "./plugin-name.ts";
import { folderMistake } from "./write-package.ts";

/** What a command line says; what is absent was not said. */
export interface Wishes {
  readonly name?: string | undefined;
  readonly kind?: PluginKind | undefined;
  readonly folder?: string | undefined;
  /** Takes the usual answer to everything that was not said. */
  readonly yes: boolean;
  /** Instead of creating anything. */
  readonly only?: "help" | "version" | undefined;
}

const options = {
  kind: { type: "string" },
  folder: { type: "string" },
  yes: { type: "boolean", short: "y" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "V" },
} as const;

/**
 * Reads a command line.
 *
 * @throws {@link CreationError} for everything that it does not understand
 */
export function readCommandLine(args: readonly string[]): Wishes {
  const { values, positionals } = parsed(args);
  const yes = values.yes === true;
  if (values.help === true) return { yes, only: "help" };
  if (values.version === true) return { yes, only: "version" };
  if (positionals.length > 1) {
    throw new CreationError(`One name is enough: "${positionals.slice(1).join(" ")}" is too much.`);
  }
  const typed = positionals[0] === undefined ? undefined : readTypedName(positionals[0]);
  const kind = readKind(values.kind) ?? typed?.kind;
  if (typed?.kind !== undefined && kind !== typed.kind) {
    throw new CreationError(
      `The name "${String(positionals[0])}" says ${typed.kind}, and --kind says ${String(kind)}.`,
    );
  }
  // Before anybody is asked anything: what cannot work is said at once.
  const mistake = typed === undefined ? undefined : nameMistake(typed.name, kind);
  if (mistake !== undefined) throw new CreationError(mistake);
  const wrongFolder = values.folder === undefined ? undefined : folderMistake(values.folder);
  if (wrongFolder !== undefined) throw new CreationError(wrongFolder);
  return { name: typed?.name, kind, folder: values.folder, yes };
}

function readKind(text: string | undefined): PluginKind | undefined {
  if (text === undefined || isKind(text)) return text;
  throw new CreationError(
    `There is no kind "${text}": use ${kindNames.slice(0, -1).join(", ")} or ${kindNames.at(-1)}.`,
  );
}

function parsed(args: readonly string[]): ReturnType<typeof parseStrictly> {
  try {
    return parseStrictly(args);
  } catch (error) {
    // What Node says next to the option is about programs with other habits.
    const [sentence] = (error as Error).message.split(". ");
    throw new CreationError(`${sentence}; --help lists the options.`, { cause: error });
  }
}

function parseStrictly(args: readonly string[]) {
  return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
}

/** What `--help` prints. */
export const help: string = `Starts a Tokenward plugin of your own: a package that works, with tests.

  npm create tokenward-plugin [name] -- [options]
  npx create-tokenward-plugin [name] [options]

  name             what configurations call it, such as acme-crm
  --kind <kind>    ${kindNames.join(", ")}
  --folder <path>  empty or not there yet; default ./tokenward-<kind>-<name>
  -y, --yes        asks nothing and takes the defaults: kind refresher, the usual folder
  -V, --version    prints the version
  -h, --help       prints this

On a terminal it asks for what is missing. Nothing is installed, and no existing file is touched.
`;
