// Gives every package its next version, by the changesets, and takes those up into the changelogs.
import { bootstrap, main, run } from "./bootstrap.mjs";

await main(async () => {
  const { env, node, tool } = await bootstrap();
  return (await run(node, [tool("changeset", "@changesets/cli"), "version"], { env, stdio: "inherit" })).code;
});
