// npm test, npm run test:scale, npm run test:soak: sets up, builds, runs the tests and says at the end what passed.
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { bootstrap, main, root, run } from "./bootstrap.mjs";
import { otherNodes, testOnNode } from "./node-matrix.mjs";

// What TOKENWARD_SCALE is in each: the scenarios take their sizes from it. Only the small form runs everything; `nodes`
// are other Nodes than the repository's own, each a part that can be named like a file.
const forms = {
  small: { scale: "small", vitest: [], nodes: [] },
  scale: { scale: "full", vitest: ["--project", "scenarios", "--project", "packaging"], nodes: otherNodes },
  soak: { scale: "soak", vitest: ["--project", "scenarios"], nodes: [] },
};

await main(async () => {
  const filters = process.argv.slice(2);
  const name = Object.hasOwn(forms, filters[0] ?? "") ? filters.shift() : "small";
  const form = forms[name];
  const { env, node, tool } = await bootstrap();
  const inherit = { env: { ...env, TOKENWARD_SCALE: form.scale }, stdio: "inherit" };
  const nodes = form.nodes.map((version) => [`node ${version}`, () => testOnNode(version, { env, tool })]);
  const named = nodes.filter(([step]) => filters.includes(step));
  const files = filters.filter((filter) => !named.some(([step]) => step === filter));
  const steps = [["build", () => run(node, [tool("turbo"), "run", "build", "--output-logs=errors-only"], inherit)]];
  if (named.length === 0 || files.length > 0) {
    steps.push(["tests", () => run(node, [tool("vitest"), "run", ...form.vitest, ...files], inherit)]);
  }
  const scenarios = path.join(root, "scenarios");
  if (filters.length === 0 && hasFeatures(path.join(scenarios, "features"))) {
    const cucumber = tool("cucumber-js", "@cucumber/cucumber", scenarios);
    steps.push(["features", () => run(node, [cucumber], { ...inherit, cwd: scenarios })]);
  }
  if (filters.length === 0 && form.scale === "full") {
    steps.push(["rehearsal", () => run(node, ["packaging/rehearse.ts"], inherit)]);
  }
  steps.push(...(filters.length === 0 ? nodes : named));

  const began = Date.now();
  const results = [];
  for (const [step, start] of steps) {
    const { code, skipped } = await start();
    results.push([step, code, skipped]);
    if (step === "build" && code !== 0) break;
  }
  const failed = results.filter(([, code]) => code !== 0);
  const left = results.filter(([, , skipped]) => skipped !== undefined);
  const seconds = Math.round((Date.now() - began) / 1000);
  const lines = results.map(([step, code, skipped]) => {
    if (skipped !== undefined) return `  skipped ${step}: ${skipped}\n`;
    return `  ${code === 0 ? "passed" : "FAILED"}  ${step}\n`;
  });
  const passed = left.length === 0 ? "All passed" : `All passed but ${left.length} skipped`;
  const verdict = failed.length === 0 ? passed : `${failed.length} of ${steps.length} failed`;
  process.stdout.write(`\n${lines.join("")}\n${verdict} (${name}, ${seconds} s).\n`);
  return failed.length === 0 ? 0 : 1;
});

function hasFeatures(folder) {
  return existsSync(folder) && readdirSync(folder).some((file) => file.endsWith(".feature"));
}
