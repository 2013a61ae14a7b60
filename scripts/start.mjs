// npm start: from a fresh clone to tokens being rotated, health-checked and kept, for real, over HTTP.
import path from "node:path";
import { bootstrap, main, root, run } from "./bootstrap.mjs";

await main(async () => {
  const { env, node, tool } = await bootstrap();
  process.stderr.write("Building what changed...\n");
  const build = ["run", "build", "--filter=tokenward", "--output-logs=errors-only"];
  const { code, output } = await run(node, [tool("turbo"), ...build], { env });
  if (code !== 0) throw new Error(`The build failed:\n${output}`);
  // Ctrl-C reaches the demo, too, which ends in its own time.
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, () => {});
  const demo = path.join(root, "scripts", "demo", "demo.mjs");
  return (await run(node, [demo, ...process.argv.slice(2)], { env, stdio: "inherit" })).code;
});
