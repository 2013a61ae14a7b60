// Builds every package and packs it for `scripts/release-publish.mjs`: node scripts/release-pack.mjs <folder>.
import { mkdirSync } from "node:fs";
import path from "node:path";
import { bootstrap, main, run, SetUpError } from "./bootstrap.mjs";

await main(async () => {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) throw new SetUpError("Name an empty folder for the packed packages.");
  const { env, node, tool } = await bootstrap();
  const inherit = { env, stdio: "inherit" };
  const built = await run(node, [tool("turbo"), "run", "build", "--output-logs=errors-only"], inherit);
  if (built.code !== 0) return built.code;
  mkdirSync(folder, { recursive: true });
  return (await run(node, ["packaging/pack.ts", path.resolve(folder)], inherit)).code;
});
