import path from "node:path";
import { ask } from "./ask.ts";
import { help, readCommandLine, type Wishes } from "./command-line.ts";
import { createPlugin, ownVersion, type CreatedPlugin, type PluginWish } from "./create-plugin.ts";
import { CreationError } from "./creation-error.ts";
import { kindNames } from "./kind.ts";

/**
 * Runs one command line. The exit code is 0 where a package was created, 1 where the human changed their mind, and 2
 * where it could not be; a package is never left half-written.
 *
 * @param args without the program's own name
 */
export async function main(args: readonly string[]): Promise<void> {
  try {
    process.exitCode = await run(args);
  } catch (error) {
    if (!(error instanceof CreationError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  }
}

async function run(args: readonly string[]): Promise<number> {
  const wishes = readCommandLine(args);
  if (wishes.only === "help") process.stdout.write(help);
  if (wishes.only === "version") process.stdout.write(`${ownVersion()}\n`);
  if (wishes.only !== undefined) return 0;
  const wish = complete(wishes) ?? (await asked(wishes));
  if (wish === undefined) {
    process.stderr.write("Nothing was created.\n");
    return 1;
  }
  process.stdout.write(nextSteps(createPlugin(wish)));
  return 0;
}

/** What was said, with the defaults that nobody has to be asked about. */
function complete({ name, kind, folder, yes }: Wishes): PluginWish | undefined {
  if (name === undefined) return undefined;
  if (kind !== undefined && (yes || folder !== undefined || !isTerminal())) return { name, kind, folder };
  return yes ? { name, kind: kind ?? "refresher", folder } : undefined;
}

async function asked(wishes: Wishes): Promise<PluginWish | undefined> {
  if (wishes.yes || !isTerminal()) {
    const name = wishes.name === undefined ? ["a name"] : [];
    const kind = wishes.kind === undefined && !wishes.yes ? [`--kind (${kindNames.join(", ")})`] : [];
    const missing = [...name, ...kind].join(" and ");
    const reason = wishes.yes ? "nothing is asked with --yes" : "there is no terminal to ask on";
    throw new CreationError(`Say ${missing}, because ${reason}: \`create-tokenward-plugin acme --kind refresher\`.`);
  }
  return await ask(wishes, { input: process.stdin, output: process.stderr });
}

/** Whether a human can be asked. Standard output stays free: it may be a file. */
function isTerminal(): boolean {
  const { CI } = process.env;
  const inCi = CI !== undefined && CI !== "" && CI !== "false" && CI !== "0";
  return process.stdin.isTTY && process.stderr.isTTY && !inCi;
}

function nextSteps({ packageName, folder, files }: CreatedPlugin): string {
  const typed = path.relative("", folder);
  const enter = typed === "" ? [] : [`cd ${/\s/.test(typed) ? JSON.stringify(typed) : typed}`];
  const steps = [...enter, "npm install", "npm test"].map((step) => `  ${step}\n`).join("");
  return `${packageName} is in ${folder}: ${files.length} files. Go on with\n\n${steps}\nIts README.md says what comes then.\n`;
}
