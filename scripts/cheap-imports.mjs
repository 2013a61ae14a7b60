// An esbuild plugin for bundled programs whose cold start counts (measured by benchmarks/cold-start.mjs).
import { createRequire } from "node:module";
import path from "node:path";

const namespace = "cheap-imports";

const replacements = {
  // `import process from "node:process"` reads every property of it, and with them opens all three standard streams.
  process: "export default globalThis.process;",
  // Brings sockets along. Commander uses it for commands that are programs of their own, which we have none of.
  child_process:
    'export default { spawn: (...args) => process.getBuiltinModule("node:child_process").spawn(...args) };',
};

export const cheapImports = {
  name: namespace,
  setup(build) {
    build.onResolve({ filter: /^(node:)?(process|child_process)$/ }, ({ path: name, importer, kind }) => {
      if (kind !== "import-statement" || !/[\\/]node_modules[\\/]commander[\\/]/.test(importer)) return undefined;
      return { path: name.replace("node:", ""), namespace };
    });
    build.onLoad({ filter: /.*/, namespace }, ({ path: name }) => ({ contents: replacements[name] }));
    // Its build for Node is CommonJS, which a bundle of ES modules can neither trim nor load without help.
    build.onResolve({ filter: /^yaml$/ }, ({ resolveDir }) => {
      const manifest = createRequire(path.join(resolveDir, "index.js")).resolve("yaml/package.json");
      return { path: path.join(path.dirname(manifest), "browser", "index.js") };
    });
  },
};
