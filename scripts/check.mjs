// npm run check: everything that can be judged without running the product. All of it runs; all failures are reported.
import { bootstrap, main, run } from "./bootstrap.mjs";
import { checkExamples } from "./check-examples.mjs";
import { checkPackages } from "./check-packages.mjs";

await main(async () => {
  const tools = await bootstrap();
  const { env, node, tool } = tools;
  const calm = { env: { ...env, NO_COLOR: "1" } };
  const start = (name, packageName, ...args) => run(node, [tool(name, packageName), ...args], calm);

  const checks = {
    types: () => start("tsc", "typescript", "-p", "tsconfig.json"),
    lint: () => start("oxlint", "oxlint", "--type-aware", "--deny-warnings"),
    format: () => start("oxfmt", "oxfmt", "--check"),
    unused: () => start("knip", "knip", "--no-progress"),
    docs: () => run(node, ["scripts/generate-docs.mjs", "--check"], calm),
    examples: () => checkExamples(tools, calm.env),
    "house rules": () => start("vitest", "vitest", "run", "--project", "packages", "house-rules.test.ts"),
    packages: () => checkPackages(tools, calm.env),
  };

  const failures = [];
  for (const [name, check] of Object.entries(checks)) {
    const { code, output } = await check();
    process.stdout.write(`${code === 0 ? "passed" : "FAILED"}  ${name}\n`);
    if (code !== 0) failures.push({ name, output: output.trim() });
  }
  for (const { name, output } of failures) process.stdout.write(`\n--- ${name}\n${output}\n`);
  const total = Object.keys(checks).length;
  const names = failures.map(({ name }) => name).join(", ");
  process.stdout.write(
    failures.length === 0 ? `\nAll ${total} checks passed.\n` : `\n${failures.length} of ${total} failed: ${names}.\n`,
  );
  return failures.length === 0 ? 0 : 1;
});
