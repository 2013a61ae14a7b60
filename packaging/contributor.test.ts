import { createHmac } from "node:crypto";
import { existsSync } from "node:fs";
import path from "node:path";
import { createSandbox, oauth2Platform, type Consent, type ConsentOptions, type Sandbox } from "@tokenward/sandbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createAsContributor,
  installBesideCli,
  selectedKinds,
  succeeded,
  type ContributedKind,
} from "./harness/contributor-plugin.ts";
import { startContributorReceiver } from "./harness/contributor-receiver.ts";
import { startContributorSandbox } from "./harness/contributor-sandbox.ts";
import { loopbackOnly } from "./harness/loopback-only.ts";
import { compile, compilers } from "./harness/type-check.ts";
import { workflowMistakes } from "./harness/workflow-mistakes.ts";
import { startWorkspaceRegistry, type EmptyProject, type WorkspaceRegistry } from "./harness/workspace-registry.ts";

const configFile = "tokenward.config.yaml";

/** What a plugin of a kind is selected by, and what shows that it was at work. */
interface Proof {
  readonly configuration: string;
  readonly env: Readonly<Record<string, string>>;
  /** In the order in which a human would notice. */
  prove(user: EmptyProject): Promise<void>;
  dispose(): Promise<void>;
}

const proofs: Readonly<Record<ContributedKind["kind"], (plugin: EmptyProject) => Promise<Proof>>> = {
  refresher: refresherProof,
  "write-back": writeBackProof,
  notifier: notifierProof,
  "rate-bucket": rateBucketProof,
};

/** The same, created by its factory in a configuration that is a program. */
const factories: Readonly<
  Record<ContributedKind["kind"], { options: readonly string[]; program(name: string): string }>
> = {
  refresher: {
    options: ["user_url"],
    program: (name) => typed(name, "", 'acme: { refresher: acme(), client_id: "id" }'),
  },
  "write-back": { options: ["outlives_run"], program: (name) => typed(name, 'writeback: acme({ folder: "./kept" })') },
  notifier: {
    options: ["signing_secret"],
    program: (name) => typed(name, 'alerts: acme({ url: env("ACME_SECRET"), signing_secret: env("ACME_SECRET") })'),
  },
  "rate-bucket": { options: ["longest_wait"], program: (name) => typed(name, "rate_bucket: acme({ capacity: 3 })") },
};

let registry: WorkspaceRegistry;
beforeAll(async () => {
  registry = await startWorkspaceRegistry();
});
afterAll(async () => await registry.close());

describe.each(selectedKinds())("a contributor's hour with a $kind", (about) => {
  const { kind, packageName } = about;
  let plugin: EmptyProject;
  let user: EmptyProject;
  let proof: Proof;
  beforeAll(async () => {
    plugin = await createAsContributor(registry, about);
    await plugin.install();
    user = await installBesideCli(registry, plugin, about);
    proof = await proofs[kind](plugin);
    await user.write(configFile, proof.configuration);
  });
  afterAll(async () => {
    await proof?.dispose();
    await user?.dispose();
    await plugin?.dispose();
  });

  it("begins with tests that pass, on what npm installs", async () => {
    const { stdout } = succeeded(await plugin.run("npm", ["test"]));
    expect(stdout).toMatch(/ pass \d\d/);
    succeeded(await plugin.run("npm", ["run", "check"]));
  });

  it("has workflows that GitHub would run", async () => {
    for (const name of ["ci.yml", "release.yml"]) {
      expect(await workflowMistakes(name, await plugin.read(`.github/workflows/${name}`))).toEqual([]);
    }
  });

  it("goes on beside the CLI: the configuration selects the plugin by its short name", async () => {
    const { stdout } = succeeded(await user.run("tokenward", ["plugins", "list", "--json"], { env: proof.env }));
    const { plugins } = JSON.parse(stdout) as { readonly plugins: readonly object[] };
    const origin = "beside the configuration";
    expect(plugins).toContainEqual({ package: packageName, version: "0.1.0", used: true, origin });
    succeeded(await user.run("tokenward", ["config", "check"], { env: proof.env }));
  });

  it("has a README whose example runs, and whose configuration is one", async () => {
    const readme = await plugin.read("README.md");
    const example = (language: string): string =>
      new RegExp(`^## Example\n[\\s\\S]*?^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, "m").exec(readme)?.[1] ?? "";
    await user.write("example.mts", example("ts"));
    const { code, stdout, stderr } = await user.run("node", ["example.mts"], await loopbackOnly(user));
    expect(`${stderr}exit ${code}`).toMatch(/(?:^|\n)exit 0$/);
    expect(stdout.trim()).not.toBe("");
    const yaml = example("yaml");
    const whole = /^platforms:/m.test(yaml)
      ? yaml
      : `${yaml}platforms: { tiktok: { client_key: key, client_secret: { file: secret } } }\n`;
    await user.write("readme/tokenward.config.yaml", whole);
    await user.write("readme/secret", "a-secret-of-some-length");
    const names = [...yaml.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => [name, "https://example.test/value"]);
    const env = Object.fromEntries(names) as Record<string, string>;
    succeeded(await user.run("tokenward", ["config", "check", "--config", "readme/tokenward.config.yaml"], { env }));
  });

  it("is completed by editors: in YAML by the schema, in TypeScript by its factory", async () => {
    const { stdout } = succeeded(await user.run("tokenward", ["config", "schema"], { env: proof.env }));
    const [option = ""] = factories[kind].options;
    expect(stdout).toContain(JSON.stringify(option));

    await user.install("@tokenward/config");
    await user.write("typed/tokenward.config.ts", factories[kind].program(packageName));
    await user.write("typed/package.json", JSON.stringify({ type: "module" }));
    const [newest] = compilers.slice(-1);
    expect(await compile(user, ["typed/tokenward.config.ts"], newest!, "nodenext")).toBe("");
    const args = ["plugins", "list", "--json", "--config", "typed/tokenward.config.ts"];
    const listed = succeeded(await user.run("tokenward", args, { env: { ACME_SECRET: "https://example.test/long" } }));
    expect(JSON.parse(listed.stdout)).toMatchObject({
      plugins: expect.arrayContaining([expect.objectContaining({ package: packageName, used: true })]),
    });
  });

  it("ends with grants that are refreshed through it", async () => {
    await proof.prove(user);
  });

  it("is refused in one sentence where it was made for another Tokenward", async () => {
    const entry = `node_modules/${packageName}/dist/index.js`;
    const built = await user.read(entry);
    await user.write(entry, built.replace(/apiVersion: \w+/, "apiVersion: 2"));
    try {
      const { code, stdout, stderr } = await user.run("tokenward", ["auth", "refresh", "all"], { env: proof.env });
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      const sentence = `${packageName} was made for plugin API 2; this Tokenward speaks 1.`;
      expect(stderr.split(sentence)).toHaveLength(2);
      expect(stderr).not.toMatch(/\n\s+at /);
    } finally {
      await user.write(entry, built);
    }
  });
});

function typed(
  packageName: string,
  auth: string,
  platform = 'crm: { refresher: "oauth2", token_url: "https://crm.example/token", client_id: "id" }',
): string {
  return `import { defineConfig, env } from "@tokenward/config";
import acme from "${packageName}";

export default defineConfig({ auth: { ${auth} }, platforms: { ${platform} } });
`;
}

async function refresherProof(plugin: EmptyProject): Promise<Proof> {
  const sandbox = await startContributorSandbox(plugin);
  return {
    configuration: sandbox.configuration,
    env: sandbox.env,
    prove: async (user) => {
      const { ACME_REFRESH_TOKEN: _, ...later } = sandbox.env;
      expect(await refreshed(user, sandbox.env)).toEqual(["acme rotated"]);
      // Without the token that it began with: from the one that the first run saved.
      expect(await refreshed(user, later)).toEqual(["acme rotated"]);
      expect(await sandbox.control.counts()).toMatchObject({ rotations: 2, replays: 0 });
    },
    dispose: sandbox.stop,
  };
}

async function writeBackProof(): Promise<Proof> {
  const { sandbox, consent, env, platforms } = await crm();
  return {
    configuration: `auth:
  writeback: { backend: acme, acme: { folder: ./kept } }
${platforms}`,
    env: { ...env, CRM_REFRESH_TOKEN: consent.refreshToken },
    prove: async (user) => {
      expect(await refreshed(user, { ...env, CRM_REFRESH_TOKEN: consent.refreshToken })).toEqual(["crm rotated"]);
      const kept = await user.read("kept/grant.crm.json");
      expect(JSON.parse(kept)).toMatchObject({ grant: "crm" });
      expect(kept).not.toContain(await sandbox.control.currentRefreshToken(consent.grantId));
      expect(await refreshed(user, env)).toEqual(["crm rotated"]);
      expect(await user.read("kept/grant.crm.json")).not.toBe(kept);
      expect(await sandbox.control.counts()).toMatchObject({ rotations: 2, replays: 0 });
      // Nowhere else: not where grants go by default.
      expect(existsSync(path.join(user.folder, "..", "home", "data", "tokenward", "grants"))).toBe(false);
    },
    dispose: sandbox.close,
  };
}

async function notifierProof(): Promise<Proof> {
  const { sandbox, consent, env, platforms } = await crm();
  const receiver = await startContributorReceiver();
  const signingSecret = "a-signing-secret-of-this-test";
  const secrets = { ACME_URL: receiver.url, ACME_SIGNING_SECRET: signingSecret };
  const complete = { ...env, ...secrets, CRM_REFRESH_TOKEN: consent.refreshToken };
  return {
    configuration: `auth:
  writeback: { backend: local, local: { store: file } }
  alerts:
    backend: [acme]
    acme: { url: "\${ACME_URL}", signing_secret: "\${ACME_SIGNING_SECRET}" }
${platforms}`,
    env: complete,
    prove: async (user) => {
      expect(await refreshed(user, complete)).toEqual(["crm rotated"]);
      expect(receiver.received).toEqual([]);
      await sandbox.control.revoke(consent.grantId);
      expect(await refreshed(user, complete, 1)).toEqual(["crm reauth-required ERR_AUTH_REAUTH_REQUIRED"]);
      expect(receiver.received).toHaveLength(1);
      const { headers, body } = receiver.received[0]!;
      expect(JSON.parse(body)).toMatchObject({
        type: "tokenward.alert.opened",
        data: { severity: "critical", subject: "crm", code: "ERR_AUTH_REAUTH_REQUIRED" },
      });
      const signed = `${String(headers["webhook-id"])}.${String(headers["webhook-timestamp"])}.${body}`;
      const signature = createHmac("sha256", signingSecret).update(signed).digest("base64");
      expect(headers["webhook-signature"]).toBe(`v1,${signature}`);
      // Told once, whoever runs again.
      await refreshed(user, complete, 1);
      expect(receiver.received).toHaveLength(1);
    },
    dispose: async () => {
      await receiver.close();
      await sandbox.close();
    },
  };
}

async function rateBucketProof(): Promise<Proof> {
  const sandbox = await createSandbox({ platforms: [oauth2Platform({ name: "crm" })] });
  const app: ConsentOptions = { clientId: "one-app" };
  const [a, b] = [await sandbox.control.consent("crm", app), await sandbox.control.consent("crm", app)];
  const env = {
    CRM_CLIENT_SECRET: a.clientSecret ?? "",
    CRM_A_REFRESH_TOKEN: a.refreshToken,
    CRM_B_REFRESH_TOKEN: b.refreshToken,
  };
  const configuration = (capacity: number): string => `auth:
  writeback: { backend: local, local: { store: file } }
  rate_bucket: { backend: acme, acme: { capacity: ${capacity}, per_minute: 1, longest_wait: 0 } }
${crmPlatform(a)}    accounts: { a: {}, b: {} }
`;
  return {
    configuration: configuration(1),
    env,
    prove: async (user) => {
      // One client has one budget: the bucket was asked before the second request, which was never sent.
      const statuses = await refreshed(user, env, 1);
      expect(statuses).toHaveLength(2);
      expect(statuses).toContainEqual(expect.stringMatching(/^crm\/[ab] rotated$/));
      expect(statuses).toContainEqual(expect.stringMatching(/^crm\/[ab] failed ERR_AUTH_THROTTLED$/));
      expect(await sandbox.control.counts()).toMatchObject({ tokenRequests: 1, rotations: 1 });
      await user.write(configFile, configuration(2));
      expect((await refreshed(user, env)).toSorted()).toEqual(["crm/a rotated", "crm/b rotated"]);
      expect(await sandbox.control.counts()).toMatchObject({ tokenRequests: 3, rotations: 3, replays: 0 });
    },
    dispose: sandbox.close,
  };
}

interface Crm {
  readonly sandbox: Sandbox;
  readonly consent: Consent;
  readonly env: Readonly<Record<string, string>>;
  /** The block of a configuration. */
  readonly platforms: string;
}

/** A platform on this machine that the CLI's own generic refresher speaks to. */
async function crm(): Promise<Crm> {
  const sandbox = await createSandbox({ platforms: [oauth2Platform({ name: "crm" })] });
  const consent = await sandbox.control.consent("crm");
  const env = { CRM_CLIENT_SECRET: consent.clientSecret ?? "" };
  return { sandbox, consent, env, platforms: crmPlatform(consent) };
}

function crmPlatform({ tokenUrl, clientId }: Consent): string {
  return `platforms:
  crm:
    refresher: oauth2
    rotation: always
    token_url: ${tokenUrl}
    client_id: ${clientId}
    client_secret: "\${CRM_CLIENT_SECRET}"
`;
}

/** Runs the packed CLI; what it says of each grant, as `grant action code`. */
async function refreshed(user: EmptyProject, env: Readonly<Record<string, string>>, exitCode = 0): Promise<string[]> {
  const { code, stdout, stderr } = await user.run("tokenward", ["auth", "refresh", "all", "--json"], { env });
  if (code !== exitCode) throw new Error(`it ended with ${code}:\n${stdout}\n${stderr}`);
  for (const secret of Object.values(env).filter((value) => value.length > 12)) {
    expect(stdout + stderr).not.toContain(secret);
  }
  const { statuses } = JSON.parse(stdout) as { readonly statuses: readonly Status[] };
  return statuses.map(({ platform, account, action, code: reason }) =>
    [account === null ? platform : `${platform}/${account}`, action, ...(reason === null ? [] : [reason])].join(" "),
  );
}

interface Status {
  readonly platform: string;
  readonly account: string | null;
  readonly action: string;
  readonly code: string | null;
}
