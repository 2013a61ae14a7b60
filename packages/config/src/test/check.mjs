// Reads the configuration of the current folder as the CLI would, in a process of its own, and prints what came of it.
import { pathToFileURL } from "node:url";

const { entry, env, select } = JSON.parse(process.argv[2]);
const { checkConfig, formatProblem, loadConfig } = await import(pathToFileURL(entry).href);
const bundled = { "@tokenward/state-local": () => import("@tokenward/state-local") };
const options = { env: { ...process.env, ...env }, bundled };
try {
  const { path, problems, warnings, plugins } = await checkConfig(options);
  const lines = [...problems, ...warnings].map((problem) => formatProblem(path, problem));
  const plans = [];
  if (select !== undefined) {
    const configuration = await loadConfig(options);
    for (const { id, client, writeBack, writeBackName, refresher, firstFacts } of configuration.select(select)) {
      const target = await writeBack.target(id, {});
      const secrets = client.secrets.map((secret) => secret.reveal());
      const { platform, endpoint } = refresher;
      plans.push({ id, client: { ...client, secrets }, target, writeBackName, platform, endpoint, firstFacts });
    }
    await configuration.close();
  }
  process.stdout.write(JSON.stringify({ lines, plugins, plans }));
} catch (error) {
  process.stdout.write(JSON.stringify({ error: { code: error.code, message: error.message } }));
}
