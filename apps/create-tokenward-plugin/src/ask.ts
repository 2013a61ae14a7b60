import path from "node:path";
import type { PluginWish } from "./create-plugin.ts";
import type { Wishes } from "./command-line.ts";
import { kindNames, kinds, type PluginKind } from "./kind.ts";
import { nameMistake, packageName } from "./plugin-name.ts";
import { folderMistake } from "./write-package.ts";

/** The streams of a terminal. */
export interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

/** Asks a human for what was not said. `undefined` where they changed their mind. */
export async function ask(wishes: Wishes, terminal: Terminal): Promise<PluginWish | undefined> {
  // Only who is asked waits for the prompts to load.
  const prompts = await import("@clack/prompts");
  const answer = async <Value>(question: Promise<Value | symbol>): Promise<Value | undefined> => {
    const given = await question;
    return prompts.isCancel(given) ? undefined : (given as Value);
  };
  const kind =
    wishes.kind ??
    (await answer<PluginKind>(
      prompts.select({
        message: "What kind of plugin?",
        options: kindNames.map((value) => ({ value, label: value, hint: kinds[value].does })),
        ...terminal,
      }),
    ));
  if (kind === undefined) return undefined;
  const check = (typed: string | undefined): string | undefined => nameMistake(typed?.trim() ?? "", kind);
  const named = wishes.name !== undefined && check(wishes.name) === undefined ? wishes.name : undefined;
  const name =
    named ??
    (await answer<string>(
      prompts.text({
        message: "What will configurations call it?",
        placeholder: "acme-crm",
        ...(wishes.name === undefined ? {} : { initialValue: wishes.name }),
        validate: check,
        ...terminal,
      }),
    ));
  if (name === undefined) return undefined;
  const usual = `.${path.sep}${packageName(name.trim(), kind)}`;
  const folder =
    wishes.folder ??
    (await answer<string>(
      prompts.text({
        message: "In which folder?",
        placeholder: usual,
        defaultValue: usual,
        validate: (typed) => folderMistake(typed === undefined || typed === "" ? usual : typed),
        ...terminal,
      }),
    ));
  return folder === undefined ? undefined : { kind, name: name.trim(), folder };
}
