// The next release, on this machine: versions by changesets, packed, published to a throw-away registry, and installed
// from it. Nothing is left behind. `npm run release:rehearse` builds first.
import type { EmptyProject } from "./harness/empty-project.ts";
import { pendingChangesets, unbuiltPackages } from "./harness/pack-release.ts";
import { startWorkspaceRegistry, type WorkspaceRegistry } from "./harness/workspace-registry.ts";
import { summaryOf } from "./summary.ts";

const configuration = `platforms:
  tiktok: { client_key: "\${TIKTOK_CLIENT_KEY}", client_secret: "\${TIKTOK_CLIENT_SECRET}" }
`;

// What a plugin is used for, without a platform: the request of an exchange, and what its answer means.
const plugin = `
import { secret } from "@tokenward/core";
import tiktok from "@tokenward/refresher-tiktok";

const refresher = tiktok();
const grant = { id: "tiktok", platform: "tiktok", generation: 1, refreshToken: secret("rehearsal") };
const { method, url } = await refresher.request(grant, { id: "rehearsal", secrets: [secret("rehearsal")] });
const body = Buffer.from('{"access_token":"new","refresh_token":"newer","expires_in":7200}');
const { kind } = refresher.interpret({ status: 200, headers: {}, body }, grant, new Date());
console.log(method + " " + url + ", " + kind);
`;

const say = (text: string): boolean => process.stdout.write(text);
let registry: WorkspaceRegistry | undefined;
const projects: EmptyProject[] = [];
let interrupted = false;

async function cleanUp(): Promise<void> {
  for (const project of projects.splice(0)) await project.dispose();
  await registry?.close();
}

async function rehearse(): Promise<void> {
  const unbuilt = unbuiltPackages();
  if (unbuilt.length > 0) throw new Error(`Not built: ${unbuilt.join(", ")}. Run \`npm run release:rehearse\`.`);
  const pending = pendingChangesets().length;
  say(
    `Versions by ${pending} changeset${pending === 1 ? "" : "s"}, packing and publishing on this machine only...\n\n`,
  );
  registry = await startWorkspaceRegistry();
  if (registry.unreachable !== undefined) throw new Error(`Cannot install: ${registry.unreachable}.`);
  say(`${summaryOf(registry.packages)}\n`);

  const cli = await installed("tokenward");
  const version = await expected(cli, ["tokenward", "--version"]);
  const released = registry.packages.find(({ manifest }) => manifest.name === "tokenward")!.manifest.version;
  if (version.trim() !== released) throw new Error(`tokenward says that it is ${version.trim()}, not ${released}.`);
  await expected(cli, ["tokenward", "plugins", "list"], "@tokenward/refresher-tiktok");
  await cli.write("tokenward.config.yaml", configuration);
  await expected(cli, ["tokenward", "auth", "refresh", "all", "--dry-run"], "tiktok");

  const alone = await installed("@tokenward/refresher-tiktok");
  await alone.write("use-plugin.mjs", plugin);
  await expected(alone, ["node", "use-plugin.mjs"], "exchanged");
  say("\nThe release was rehearsed. Nothing was published, and nothing is left of it.\n");
}

async function installed(name: string): Promise<EmptyProject> {
  const project = await registry!.emptyProject(name);
  projects.push(project);
  say(`$ npm install ${name}\n`);
  await project.install(name);
  return project;
}

/** Runs a line that must succeed and print `part`; shows both. */
async function expected(project: EmptyProject, [command = "", ...args]: string[], part = ""): Promise<string> {
  const env = {
    TIKTOK_CLIENT_KEY: "rehearsal",
    TIKTOK_CLIENT_SECRET: "rehearsal-secret",
    TIKTOK_REFRESH_TOKEN: "rehearsal-refresh-token",
  };
  const line = [command, ...args].join(" ");
  say(`$ ${line}\n`);
  const { code, stdout, stderr } = await project.run(command, args, { env });
  say(`${stdout}${stderr}`.replaceAll(/^(?=.)/gm, "  "));
  if (code !== 0 || !stdout.includes(part)) throw new Error(`\`${line}\` ended with ${code}.`);
  return stdout;
}

for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  process.once(signal, () => {
    interrupted = true;
    void cleanUp().finally(() => process.exit(code));
  });
}
try {
  await rehearse();
} catch (error) {
  if (!interrupted) process.stderr.write(`\nThe rehearsal failed: ${(error as Error).message}\n`);
  process.exitCode = 1;
} finally {
  await cleanUp();
}
