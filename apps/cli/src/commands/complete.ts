import { listGrants } from "@tokenward/config";
import type { Command } from "commander";
import { suggest } from "../completion/suggest.ts";
import { bundledPlugins } from "../bundled-plugins.ts";
import type { Context, ExitCode } from "../context.ts";

// What the scripts understand in the last line: offer files, or nothing but the words before it.
const files = 0;
const noFiles = 4;

/** `tokenward complete -- <words>`: called by the scripts at every Tab. Whatever is wrong, a line is not disturbed. */
export async function complete(program: Command, words: readonly string[], context: Context): Promise<ExitCode> {
  const grants = async (configPath: string | undefined): Promise<ReturnType<typeof listGrants>> =>
    listGrants({ path: configPath, folder: context.folder });
  const found = await suggest(program, words, grants, backends());
  const lines = found.suggestions.map(({ word, description }) => `${word}\t${description}`);
  context.output.data([...lines, `:${String(found.files ? files : noFiles)}`].join("\n"));
  return 0;
}

function backends(): readonly string[] {
  const prefix = "@tokenward/writeback-";
  const names = Object.keys(bundledPlugins).filter((name) => name.startsWith(prefix));
  return names.map((name) => name.slice(prefix.length));
}
