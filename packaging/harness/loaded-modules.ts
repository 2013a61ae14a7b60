import path from "node:path";
import type { EmptyProject } from "./empty-project.ts";

// Runs before anything else, and sees every module that Node loads from then on, however it is asked for.
const recorder = `
import { registerHooks } from "node:module";
const loaded = new Set();
registerHooks({
  load(url, context, next) {
    loaded.add(url);
    return next(url, context);
  },
});
process.once("exit", () => process.stdout.write(JSON.stringify([...loaded])));
`;

/**
 * What importing `entry` loads: files as \`<package>/<path>\`, and modules of Node as \`node:sqlite\`, sorted.
 */
export async function modulesLoadedBy(project: EmptyProject, entry: string): Promise<readonly string[]> {
  await project.write("recorder.mjs", recorder);
  await project.write("importer.mjs", `await import(${JSON.stringify(entry)});\n`);
  const { code, stdout, stderr } = await project.run("node", ["--import", "./recorder.mjs", "importer.mjs"]);
  if (code !== 0) throw new Error(`import "${entry}" failed:\n${stderr}`);
  return (JSON.parse(stdout) as string[])
    .map((url) => url.split("/node_modules/").at(-1)!)
    .filter((url) => !url.endsWith("/importer.mjs"))
    .map((url) => url.split(path.sep).join("/"))
    .sort();
}

/** The package that a loaded file is of; undefined for modules of Node. */
export function packageOf(file: string): string | undefined {
  return file.startsWith("node:") ? undefined : /^(?:@[^/]+\/)?[^/]+/.exec(file)![0];
}
