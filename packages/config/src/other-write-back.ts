import { configure, created, loadNamed, optionsKey } from "./backend.ts";
import { createdPlugin } from "./created-plugin.ts";
import type { NamedWriteBack } from "./level.ts";
import type { PluginLoader } from "./load-plugin.ts";
import { ConfigProblems } from "./problem.ts";
import { beginReading, inOrder, type Reading } from "./reading.ts";

const at = ["auth", "writeback"];

/**
 * Makes a write-back that the file has options for, but does not use: the one that grants are to be moved to.
 *
 * @throws ConfigProblems
 */
export async function otherWriteBack(
  name: string,
  file: string,
  plugins: PluginLoader,
  { document, folder, env }: Reading,
): Promise<NamedWriteBack> {
  const reading = beginReading(document, folder, env);
  const key = optionsKey(name);
  const place = [...at, key];
  const found = await loadNamed("write-back", name, [...at, "backend"], plugins, reading);
  const configured = found && configure(found, name, optionsIn(document.root, key), place, reading);
  const writeBack = created(configured, place, reading);
  if (writeBack === undefined || reading.problems.length > 0) throw new ConfigProblems(file, inOrder(reading.problems));
  return { writeBack, name };
}

// Where a program put an instance, no options of another write-back can stand beside it.
function optionsIn(root: unknown, key: string): unknown {
  const { auth } = (root ?? {}) as { readonly auth?: { readonly writeback?: unknown } | null };
  const block = auth?.writeback;
  if (typeof block !== "object" || block === null || createdPlugin(block) !== undefined) return undefined;
  return (block as Readonly<Record<string, unknown>>)[key];
}
