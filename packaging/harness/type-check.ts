import path from "node:path";
import type { EmptyProject } from "./empty-project.ts";
import { root } from "./tools.ts";

/** A TypeScript compiler of the checkout. */
export interface Compiler {
  readonly name: string;
  readonly script: string;
}

const modules = path.join(root, "packaging", "node_modules");

/** The oldest that is supported, and the newest. */
export const compilers: readonly Compiler[] = [
  { name: "TypeScript 5.9", script: path.join(modules, "typescript-5", "bin", "tsc") },
  { name: "TypeScript 7", script: path.join(modules, "typescript", "bin", "tsc") },
];

/** How projects look packages up. */
export const moduleResolutions = ["nodenext", "bundler"] as const;

/** What the compiler says of a project that takes everything from `entries`; empty where it finds nothing. */
export async function checkTypes(
  project: EmptyProject,
  entries: readonly string[],
  compiler: Compiler,
  resolution: (typeof moduleResolutions)[number],
): Promise<string> {
  const lines = entries.map((entry, index) => `import * as all${index} from "${entry}";`);
  const names = entries.map((_, index) => `...Object.keys(all${index})`);
  const use = `export const names: string[] = [${names.join(", ")}];\n`;
  await project.write("check.mts", `${lines.join("\n")}\n${use}`);
  await project.write(
    "check.cts",
    `${lines.join("\n").replaceAll(/\* as (\w+) from ("[^"]+")/g, "$1 = require($2)")}\n${use}`,
  );
  const files = resolution === "nodenext" ? ["check.mts", "check.cts"] : ["check.mts"];
  return await compile(project, files, compiler, resolution);
}

/** What the compiler says of `files`, as strictly as it can. */
export async function compile(
  project: EmptyProject,
  files: readonly string[],
  compiler: Compiler,
  resolution: (typeof moduleResolutions)[number],
): Promise<string> {
  const { script } = compiler;
  // A program for Node has no DOM; what is bundled often has one. The newest compiler is the quickest to read it.
  const withDom = resolution === "bundler" && compiler === compilers.at(-1);
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    noEmit: true,
    target: "es2023",
    lib: ["es2023", ...(withDom ? ["dom"] : [])],
    module: resolution === "nodenext" ? "nodenext" : "preserve",
    moduleResolution: resolution,
    // What everyone who writes TypeScript for Node has.
    types: ["node"],
    typeRoots: [path.join(modules, "@types")],
  };
  const config = `tsconfig.${resolution}.json`;
  await project.write(config, JSON.stringify({ compilerOptions, files }));
  const { code, stdout, stderr } = await project.run("node", [script, "-p", config, "--pretty", "false"]);
  return code === 0 ? "" : `${stdout}${stderr}` || `tsc ended with ${code}`;
}
