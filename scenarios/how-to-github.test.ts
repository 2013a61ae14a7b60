import { fingerprint, type Consent, type Sandbox } from "@tokenward/sandbox";
import { workflowMistakes } from "tokenward-packaging/workflow-mistakes";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backendObjection } from "./harness/backends/real-backends.ts";
import { capsulesIn, identityText } from "./harness/backends/recovery-capsule.ts";
import { awsProgram, openAwsAccount, policyOf, type AwsAccount } from "./harness/how-to/aws-account.ts";
import { documentedConfig } from "./harness/how-to/documented-config.ts";
import { readWorkflow, runWorkflow, type GithubResult } from "./harness/how-to/github-job.ts";
import { onGcp } from "./harness/how-to/github-page.ts";
import { createJobMachine } from "./harness/how-to/job-shell.ts";
import { pageOf } from "./harness/how-to/page.ts";
import { PassingTime } from "./harness/passing-time.ts";
import { createScenarioSandbox, tokenJson } from "./harness/platforms.ts";

const page = pageOf("github-actions.md");
const onAws = page.file(".github/workflows/tokens.yml", "AWS Secrets Manager");
const withSops = page.file(".github/workflows/tokens.yml", "A SOPS file");

describe.each([
  ["aws", onAws, { contents: "read", "id-token": "write" }],
  ["gcp", onGcp(page), { contents: "read", "id-token": "write" }],
  ["sops", withSops, { contents: "write" }],
])("the workflow for %s in docs/how-to/github-actions.md", (_, text, rights) => {
  const { on, permissions, concurrency, jobs } = readWorkflow(text);
  const [job] = Object.values(jobs);

  it("is what GitHub's own parser takes", async () => {
    expect(await workflowMistakes("tokens.yml", text)).toEqual([]);
    expect(await workflowMistakes("tokens.yml", text.replace("runs-on", "runs_on"))).not.toEqual([]);
  });

  it("runs weekly, one at a time, never cancelled, with no right that it does not need", () => {
    expect(on.schedule).toEqual([{ cron: "17 6 * * 1" }]);
    expect(concurrency).toEqual({ group: "tokens", "cancel-in-progress": false });
    expect({ workflow: permissions, job: job?.permissions }).toEqual({ workflow: {}, job: rights });
    expect(job?.["timeout-minutes"]).toBeLessThanOrEqual(15);
  });

  it("pins actions by commit, and names only secrets and variables that the page sets", () => {
    const uses = text.match(/uses:.*/g) ?? [];
    expect(uses.filter((line) => !/^uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
    const everything = ["The role", "GCP Secret Manager", "The file and its first token"].map(page.commands).join("");
    const set = [...everything.matchAll(/^gh (secret|variable) set (\w+)/gm)].map(([, kind, name]) =>
      kind === "secret" ? `secrets.${String(name)}` : `vars.${String(name)}`,
    );
    const named = [...text.matchAll(/\$\{\{ ((?:secrets|vars)\.\w+) \}\}/g)].map(([, name]) => String(name));
    expect(named.filter((name) => !set.includes(name))).toEqual([]);
    expect(named).not.toEqual([]);
  });
});

const objection = await backendObjection("aws");
const place = `on runners whose disks are gone, with AWS,${objection === undefined ? "" : ` (${objection})`}`;

describe.skipIf(objection !== undefined)(place, () => {
  let account: AwsAccount;
  let sandbox: Sandbox;
  let consent: Consent;
  let time: PassingTime;
  let files: Readonly<Record<string, string>>;
  beforeEach(async () => {
    [account, sandbox] = await Promise.all([openAwsAccount(), createScenarioSandbox()]);
    consent = await sandbox.control.consent("tiktok");
    time = new PassingTime(sandbox);
    files = { "tokenward.config.yaml": await documentedConfig(page, consent, "AWS Secrets Manager") };
  });
  afterEach(async () => {
    await sandbox.close();
    await account.close();
  });
  const clients = (): Readonly<Record<string, string>> => ({
    TIKTOK_CLIENT_KEY: consent.clientId,
    TIKTOK_CLIENT_SECRET: String(consent.clientSecret),
  });

  /** The operator types what stands under a heading, with credentials of his own. */
  const type = async (heading: string, more: Readonly<Record<string, string>> = {}) => {
    const operator = await createJobMachine(
      { ...files, "token.json": tokenJson(consent), ...more },
      { aws: awsProgram(), gh: "exit 0" },
    );
    try {
      return await operator.run(page.commands(heading), { ...time.env, ...account.reach, ...clients() });
    } finally {
      await operator.dispose();
    }
  };
  const runJob = async (): Promise<GithubResult> => {
    const runner = await createJobMachine(files);
    const { AWS_REGION: region, ...credentials } = account.reach;
    try {
      return await runWorkflow(readWorkflow(onAws), runner, {
        secrets: clients(),
        vars: { TOKENWARD_ROLE: "arn:aws:iam::123456789012:role/tokenward-refresh", TOKENWARD_REGION: String(region) },
        env: time.env,
        actions: {
          "actions/checkout": () => ({}),
          "actions/setup-node": () => ({}),
          "aws-actions/configure-aws-credentials": (given) => ({
            ...credentials,
            AWS_REGION: String(given["aws-region"]),
          }),
        },
      });
    } finally {
      await runner.dispose();
    }
  };
  const stored = async (): Promise<string> => fingerprint(String(await account.refreshToken()));
  const current = async (): Promise<string> => fingerprint(await sandbox.control.currentRefreshToken(consent.grantId));

  it("the role and its policy are taken", async () => {
    const policies = { "trust.json": page.file("trust.json"), "policy.json": policyOf("aws.md") };
    const { code, stderr } = await type("The role", policies);
    expect(code, stderr).toBe(0);
  });

  it("two weeks are two rotations", async () => {
    const imported = await type("The first token");
    expect(imported.code, imported.stderr).toBe(0);
    for (const rotations of [1, 2]) {
      await time.pass(7 * 86_400);
      const { code, stdout, stderr, artifact } = await runJob();
      expect(code, stdout + stderr).toBe(0);
      expect(artifact).toEqual({});
      expect(await stored()).toBe(await current());
      expect(await sandbox.control.counts()).toMatchObject({ rotations, replays: 0 });
    }
  });

  it("a token that AWS did not take is in the artifact, and is delivered", async () => {
    await type("The first token");
    const barrier = await sandbox.control.barrier({ at: "after", match: { grant: consent.grantId } });
    const running = runJob();
    await sandbox.control.held(barrier, 1);
    account.saves(false);
    await sandbox.control.release(barrier);
    const red = await running;
    expect(red.code).toBe(1);
    expect(red.stdout).toContain("ERR_WRITEBACK_SAVE_FAILED");
    const [[, capsule] = [], ...others] = Object.entries(red.artifact);
    expect(others).toEqual([]);
    expect(capsulesIn(red.stderr)).toHaveLength(1);
    account.saves(true);
    const key = { "job.log": String(capsule), "recovery-key.txt": await identityText() };
    const delivered = await type("Deliver a recovery capsule", key);
    expect(delivered.code, delivered.stderr).toBe(0);
    expect(await stored()).toBe(await current());
    expect((await runJob()).code).toBe(0);
    expect(await sandbox.control.counts()).toMatchObject({ rotations: 2, replays: 0 });
  });
});
