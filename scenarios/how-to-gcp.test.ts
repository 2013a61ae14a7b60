import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { fingerprint, type Consent, type Sandbox } from "@tokenward/sandbox";
import { startGcpBackend } from "tokenward-counterparts/gcp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Finished } from "./harness/cli.ts";
import { readImage } from "./harness/how-to/container-image.ts";
import { documentedConfig } from "./harness/how-to/documented-config.ts";
import { readWorkflow, runWorkflow } from "./harness/how-to/github-job.ts";
import { onGcp } from "./harness/how-to/github-page.ts";
import { createJobMachine } from "./harness/how-to/job-shell.ts";
import { pageOf } from "./harness/how-to/page.ts";
import { PassingTime } from "./harness/passing-time.ts";
import { createScenarioSandbox, tokenJson } from "./harness/platforms.ts";

const github = pageOf("github-actions.md");
const cloud = pageOf("cloud-scheduled-job.md");
const image = readImage(cloud.file("Dockerfile"));
const gcloud = fileURLToPath(new URL("./harness/how-to/gcloud.mjs", import.meta.url));

interface CloudRunJob {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template: { readonly spec: { readonly taskCount: number; readonly template: { readonly spec: Task } } };
  };
}

interface Task {
  readonly maxRetries: number;
  readonly serviceAccountName: string;
  readonly containers: readonly [
    {
      readonly env: readonly {
        readonly name: string;
        readonly valueFrom: { readonly secretKeyRef: { readonly name: string } };
      }[];
    },
  ];
}

const job = parse(cloud.file("job.yaml")) as CloudRunJob;
const task = job.spec.template.spec.template.spec;

/** What gcloud was told, in order. */
type Told = Readonly<Record<string, string>>;

describe("what docs/how-to types for GCP", () => {
  const told = async (script: string, files: Readonly<Record<string, string>> = {}): Promise<readonly Told[]> => {
    const operator = await createJobMachine(files, {
      gcloud: `exec node ${gcloud} "$@"`,
      gh: 'echo "gh $*" >> gh.log',
    });
    try {
      const log = path.join(operator.home, "gcloud.log");
      const { code, stderr } = await operator.run(script, { GCLOUD_LOG: log });
      expect(code, stderr).toBe(0);
      const gh = await readFile(path.join(operator.folder, "gh.log"), "utf8").catch(() => "");
      const calls = (await readFile(log, "utf8")).trimEnd().split("\n");
      return [...calls.map((line) => JSON.parse(line) as Told), { command: gh }];
    } finally {
      await operator.dispose();
    }
  };

  it("makes what job.yaml names, and a schedule that starts it", async () => {
    const calls = await told(cloud.commands("On GCP"), {
      "job.yaml": cloud.file("job.yaml"),
      "client-key.txt": "a key",
      "client-secret.txt": "a secret",
    });
    const of = (command: string): readonly Told[] => calls.filter((call) => call["command"] === command);
    const accounts = of("iam service-accounts create").map(
      ({ name, project }) => `${String(name)}@${String(project)}.iam.gserviceaccount.com`,
    );
    expect(job).toMatchObject({
      apiVersion: "run.googleapis.com/v1",
      kind: "Job",
      spec: { template: { spec: { taskCount: 1 } } },
    });
    expect(task.maxRetries).toBe(0);
    expect(accounts).toContain(task.serviceAccountName);
    const secrets = task.containers[0].env.map(({ valueFrom }) => valueFrom.secretKeyRef.name);
    expect(of("secrets create").map(({ name }) => name)).toEqual(secrets);
    for (const { member, role } of of("secrets add-iam-policy-binding")) {
      expect({ member, role }).toEqual({
        member: `serviceAccount:${task.serviceAccountName}`,
        role: "roles/secretmanager.secretAccessor",
      });
    }
    const [invoker] = of("run jobs add-iam-policy-binding");
    const [schedule] = of("scheduler jobs create http");
    expect(schedule).toMatchObject({ schedule: "17 6 * * 1", "time-zone": "Etc/UTC", "http-method": "POST" });
    expect(schedule?.["uri"]).toContain(`/jobs/${job.metadata.name}:run`);
    expect(invoker).toMatchObject({ name: job.metadata.name, role: "roles/run.invoker" });
    expect(invoker?.["member"]).toBe(`serviceAccount:${String(schedule?.["oauth-service-account-email"])}`);
    expect(accounts).toContain(schedule?.["oauth-service-account-email"]);
  });

  it("lets one repository's main in, under the names that the workflow asks for", async () => {
    const calls = await told(github.commands("GCP Secret Manager"));
    const provider = calls.find(({ command }) => command?.endsWith("create-oidc"));
    expect(provider?.["attribute-condition"]).toBe(
      "assertion.repository == 'agency/posting' && assertion.ref == 'refs/heads/main'",
    );
    const binding = calls.find(({ command }) => command === "iam service-accounts add-iam-policy-binding");
    const pool = "projects/123456789012/locations/global/workloadIdentityPools/github";
    expect(binding).toMatchObject({
      name: "tokenward-refresh@agency-posting.iam.gserviceaccount.com",
      role: "roles/iam.workloadIdentityUser",
      member: `principalSet://iam.googleapis.com/${pool}/attribute.repository/agency/posting`,
    });
    expect(calls.at(-1)?.["command"]).toContain(`TOKENWARD_PROVIDER --body ${pool}/providers/github`);
  });
});

describe("on machines whose disks are gone, with GCP,", () => {
  let backend: Awaited<ReturnType<typeof startGcpBackend>>;
  let sandbox: Sandbox;
  let consent: Consent;
  let time: PassingTime;
  beforeEach(async () => {
    [backend, sandbox] = await Promise.all([startGcpBackend(), createScenarioSandbox()]);
    consent = await sandbox.control.consent("tiktok");
    time = new PassingTime(sandbox);
  });
  afterEach(async () => {
    await sandbox.close();
    await backend.close();
  });
  const clients = (): Readonly<Record<string, string>> => ({
    TIKTOK_CLIENT_KEY: consent.clientId,
    TIKTOK_CLIENT_SECRET: String(consent.clientSecret),
  });
  // The project is the counterpart's, and so is the address.
  const address = (): readonly [string, string] => [
    "{ project: agency-posting }",
    `{ project: "${backend.server.project}", endpoint: "${backend.server.url}" }`,
  ];
  const imports = async (config: string, typed: string): Promise<void> => {
    const files = {
      "tokenward.config.yaml": config,
      "token.json": tokenJson(consent),
      "client-key.txt": "",
      "client-secret.txt": "",
    };
    const operator = await createJobMachine(files);
    try {
      const { code, stdout, stderr } = await operator.run(typed, { ...time.env, ...backend.env, ...clients() });
      expect(code, stdout + stderr).toBe(0);
    } finally {
      await operator.dispose();
    }
  };
  const twoWeeks = async (run: () => Promise<Finished>): Promise<void> => {
    for (const rotations of [1, 2]) {
      await time.pass(7 * 86_400);
      const { code, stdout, stderr } = await run();
      expect(code, stdout + stderr).toBe(0);
      const stored = String(await backend.refreshToken("tiktok"));
      expect(fingerprint(stored)).toBe(fingerprint(await sandbox.control.currentRefreshToken(consent.grantId)));
      expect(await sandbox.control.counts()).toMatchObject({ rotations, replays: 0 });
    }
  };

  it("two weeks of the workflow are two rotations", async () => {
    const [, its = ""] =
      /^```yaml\nauth:\n {2}writeback:\n([\s\S]*?)^```/m.exec(github.section("GCP Secret Manager")) ?? [];
    const own = ["    backend: aws\n    aws: { region: eu-central-1 }\n", its] as const;
    const config = await documentedConfig(github, consent, "AWS Secrets Manager", [own, address()]);
    await imports(config, github.commands("The first token"));
    await twoWeeks(async () => {
      const runner = await createJobMachine({ "tokenward.config.yaml": config });
      try {
        return await runWorkflow(readWorkflow(onGcp(github)), runner, {
          secrets: clients(),
          vars: { TOKENWARD_PROVIDER: "projects/1/…", TOKENWARD_SERVICE_ACCOUNT: "tokenward-refresh@…" },
          env: { ...time.env, ...backend.env },
          actions: {
            "actions/checkout": () => ({}),
            "actions/setup-node": () => ({}),
            "google-github-actions/auth": () => ({}),
          },
        });
      } finally {
        await runner.dispose();
      }
    });
  });

  it("two weeks of the Cloud Run job are two rotations", async () => {
    const [, inPlace = "", onGoogle = ""] =
      /writeback: (\{ backend: aws \} # on GCP: (.*))/.exec(cloud.file("tokenward.config.yaml")) ?? [];
    const config = await documentedConfig(cloud, consent, undefined, [[inPlace, onGoogle], address()]);
    await imports(config, cloud.commands("The first token"));
    const secrets: Readonly<Record<string, string>> = {
      "tiktok-client-key": consent.clientId,
      "tiktok-client-secret": String(consent.clientSecret),
    };
    const env = task.containers[0].env.map(
      ({ name, valueFrom }) => [name, secrets[valueFrom.secretKeyRef.name]] as const,
    );
    await twoWeeks(async () => {
      const machine = await createJobMachine({ "tokenward.config.yaml": config });
      try {
        return await machine.run(image.command.join(" "), { ...time.env, ...backend.env, ...Object.fromEntries(env) });
      } finally {
        await machine.dispose();
      }
    });
  });
});
