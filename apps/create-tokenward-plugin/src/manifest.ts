import { kinds, type PluginKind } from "./kind.ts";
import { packageName } from "./plugin-name.ts";
import { nodeRange, versions } from "./versions.ts";

/** What a new package's manifest is made of. */
export interface ManifestFacts {
  readonly name: string;
  readonly kind: PluginKind;
  /** Of Tokenward's packages: the one that this generator belongs to. */
  readonly tokenward: string;
}

/** The text of a new package's `package.json`. */
export function manifestText({ name, kind, tokenward }: ManifestFacts): string {
  const core = `^${tokenward}`;
  const manifest = {
    name: packageName(name, kind),
    version: "0.1.0",
    description: `A ${kind} for Tokenward: ${name} ${kinds[kind].does}`,
    keywords: [...new Set([name, "tokenward", "tokenward-plugin", `tokenward-${kinds[kind].part}`])].toSorted(),
    license: "MIT",
    files: ["dist"],
    type: "module",
    sideEffects: false,
    exports: {
      ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
      "./package.json": "./package.json",
    },
    scripts: {
      build: "tsc -p tsconfig.build.json",
      test: 'node --test "src/**/*.test.ts"',
      check: "tsc && oxlint --type-aware --deny-warnings && oxfmt --check",
      format: "oxfmt",
      ...(kind === "refresher" ? { sandbox: "node sandbox/serve.ts" } : {}),
      prepack: "npm run build",
    },
    dependencies: { zod: versions.zod },
    devDependencies: {
      "@tokenward/core": core,
      ...(kind === "refresher" ? { "@tokenward/sandbox": core } : {}),
      "@tokenward/testing": core,
      "@types/node": versions["@types/node"],
      oxfmt: versions.oxfmt,
      oxlint: versions.oxlint,
      "oxlint-tsgolint": versions["oxlint-tsgolint"],
      typescript: versions.typescript,
    },
    peerDependencies: { "@tokenward/core": core },
    engines: { node: nodeRange },
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}
