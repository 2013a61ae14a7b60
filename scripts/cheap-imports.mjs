// An esbuild plugin for bundled programs whose cold start counts (measured by benchmarks/cold-start.mjs).
import { createRequire, isBuiltin } from "node:module";
import path from "node:path";

const namespace = "cheap-imports";

export const cheapImports = {
  name: namespace,
  setup(build) {
    // An `import` of a built-in module loads it and reads every property of it, which opens the standard streams,
    // brings WebCrypto along and more. Here a built-in is loaded when something of it is first used.
    build.onResolve({ filter: /^[a-z_0-9:/]+$/ }, ({ path: name, kind }) =>
      kind === "import-statement" && isBuiltin(name)
        ? { path: name.replace(/^(node:)?/, "node:"), namespace }
        : undefined,
    );
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
