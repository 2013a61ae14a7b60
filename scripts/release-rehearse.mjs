// npm run release:rehearse: builds, then plays the next release through against a throw-away registry on this machine.
import { bootstrap, main, run } from "./bootstrap.mjs";

await main(async () => {
  const { env, node, tool } = await bootstrap();
  const inherit = { env, stdio: "inherit" };
  const built = await run(node, [tool("turbo"), "run", "build", "--output-logs=errors-only"], inherit);
  if (built.code !== 0) return built.code;
  // Ctrl-C reaches the rehearsal, too, which cleans up first.
  for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => {});
  return (await run(node, ["packaging/rehearse.ts"], inherit)).code;
});
