// An esbuild plugin for bundled programs whose cold start counts (measured by benchmarks/cold-start.mjs).
import { createRequire, isBuiltin } from "node:module";
import path from "node:path";

const namespace = "cheap-imports";

// What brings much along, and is not used by every command.
const heavy = new Set([
  "child_process",
  "crypto",
  "dns",
  "fs/promises",
  "http",
  "https",
  "net",
  "sqlite",
  "tls",
  "zlib",
]);

export const cheapImports = {
  name: namespace,
  setup(build) {
    // These are loaded when something of them is first used.
    build.onResolve({ filter: /^[a-z_0-9:/]+$/ }, ({ path: name, kind }) => {
      const bare = name.replace(/^node:/, "");
      if (kind !== "import-statement" || !isBuiltin(name)) return undefined;
      return heavy.has(bare) || bare === "process"
        ? { path: `node:${bare}`, namespace }
        : { path: name, external: true };
    });
    build.onLoad({ filter: /.*/, namespace }, ({ path: name }) => ({ contents: lazyModule(name) }));
    // Its build for Node is CommonJS, which a bundle of ES modules can neither trim nor load without help.
    build.onResolve({ filter: /^yaml$/ }, ({ resolveDir }) => {
      const manifest = createRequire(path.join(resolveDir, "index.js")).resolve("yaml/package.json");
      return { path: path.join(path.dirname(manifest), "browser", "index.js") };
    });
  },
};

function lazyModule(name) {
  if (name === "node:process") return "module.exports = globalThis.process;";
  const builtin = `process.getBuiltinModule("${name}")`;
  const names = JSON.stringify(Object.keys(process.getBuiltinModule(name)));
  return `for (const name of ${names}) {
    Object.defineProperty(exports, name, { enumerable: true, get: () => ${builtin}[name] });
  }`;
}
