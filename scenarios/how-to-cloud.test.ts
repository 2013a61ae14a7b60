import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { fingerprint, type Consent, type Sandbox } from "@tokenward/sandbox";
import { motoProgram } from "tokenward-counterparts/aws";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { backendObjection } from "./harness/backends/real-backends.ts";
import { capsulesIn, identityText } from "./harness/backends/recovery-capsule.ts";
import { awsProgram, openAwsAccount, policyOf, type AwsAccount } from "./harness/how-to/aws-account.ts";
import { readImage } from "./harness/how-to/container-image.ts";
import { documentedConfig } from "./harness/how-to/documented-config.ts";
import { createJobMachine } from "./harness/how-to/job-shell.ts";
import { pageOf } from "./harness/how-to/page.ts";
import { PassingTime } from "./harness/passing-time.ts";
import { createScenarioSandbox, tokenJson } from "./harness/platforms.ts";
import type { Finished } from "./harness/cli.ts";

const page = pageOf("cloud-scheduled-job.md");
const template = page.file("tokenward.yaml");
const image = readImage(page.file("Dockerfile"));
const objection = await backendObjection("aws");

interface Container {
  readonly Environment: readonly { readonly Name: string; readonly Value: { readonly Ref: string } }[];
  readonly Secrets: readonly { readonly Name: string; readonly ValueFrom: string }[];
}

interface Stack {
  readonly Resources: Readonly<Record<string, { readonly Properties: Readonly<Record<string, unknown>> }>>;
}

const { Resources: resources } = parse(template) as Stack;
const properties = (name: string): Readonly<Record<string, unknown>> => resources[name]?.Properties ?? {};
const [container] = properties("Task")["ContainerDefinitions"] as readonly [Container];

describe("the image of docs/how-to/cloud-scheduled-job.md", () => {
  it("says that its disk is gone after the run, because no CI says so", () => {
    expect(parse(page.file("tokenward.config.yaml"))).toMatchObject({ state: { local: { ephemeral: true } } });
  });

  it("has the configuration, runs as nobody in particular, and says what it runs", () => {
    expect(image).toMatchObject({ from: "node:24-slim", user: "node", copied: ["tokenward.config.yaml"] });
    expect(image.command).toEqual(["tokenward", "auth", "refresh", "all"]);
  });
});

describe.skipIf(objection !== undefined)(`the stack for AWS${objection === undefined ? "" : ` (${objection})`}`, () => {
  const linted = async (text: string): Promise<string> => {
    const folder = await mkdtemp(path.join(tmpdir(), "tokenward-stack-"));
    try {
      const file = path.join(folder, "tokenward.yaml");
      await writeFile(file, text);
      const program = path.join(path.dirname(String(motoProgram())), "cfn-lint");
      return await promisify(execFile)(program, [file]).then(
        ({ stdout }) => stdout,
        (failed: { readonly stdout: string }) => failed.stdout,
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };

  it("is what Amazon's linter takes", async () => {
    expect(await linted(template)).toBe("");
    expect(await linted(template.replace("EcsParameters", "EcsParameter"))).toContain("EcsParameter");
  });

  it("starts the task weekly, gives it no more rights than docs/aws.md, and mails what is red", () => {
    expect(properties("Weekly")).toMatchObject({
      ScheduleExpression: "cron(17 6 ? * MON *)",
      Target: { EcsParameters: { TaskDefinitionArn: { Ref: "Task" } } },
    });
    const documented = JSON.parse(policyOf("aws.md")) as { Statement: { Action: string[] }[] };
    const [policy] = properties("TaskRole")["Policies"] as { PolicyDocument: { Statement: { Action: string[] }[] } }[];
    const actions = (statements: readonly { Action: string[] }[] = []) =>
      statements.flatMap(({ Action }) => Action).sort();
    expect(actions(policy?.PolicyDocument.Statement)).toEqual(actions(documented.Statement));
    expect(template).not.toMatch(/Resource: "?\*/);
    expect(properties("Red")).toMatchObject({ EventPattern: { detail: { lastStatus: ["STOPPED"] } } });
  });
});

describe.skipIf(objection !== undefined)("in containers whose disks are gone, on AWS,", () => {
  let account: AwsAccount;
  let sandbox: Sandbox;
  let consent: Consent;
  let time: PassingTime;
  let files: Readonly<Record<string, string>>;
  beforeAll(async () => {
    [account, sandbox] = await Promise.all([openAwsAccount(), createScenarioSandbox()]);
    time = new PassingTime(sandbox);
    await connect();
    await typed("On AWS");
  });
  beforeEach(async () => {
    await connect();
    await typed("The first token");
  });
  afterAll(async () => {
    await sandbox.close();
    await account.close();
  });

  const connect = async (): Promise<void> => {
    consent = await sandbox.control.consent("tiktok");
    files = { "tokenward.config.yaml": await documentedConfig(page, consent) };
  };
  const typed = async (heading: string): Promise<void> => {
    const { code, stdout, stderr } = await type(page.commands(heading));
    expect(code, stdout + stderr).toBe(0);
  };
  const type = async (script: string, more: Readonly<Record<string, string>> = {}): Promise<Finished> => {
    const own = {
      "tokenward.yaml": template,
      "token.json": tokenJson(consent),
      "client-key.txt": consent.clientId,
      "client-secret.txt": String(consent.clientSecret),
    };
    const operator = await createJobMachine({ ...files, ...own, ...more }, { aws: awsProgram() });
    try {
      return await operator.run(script, {
        ...time.env,
        ...account.reach,
        TIKTOK_CLIENT_KEY: consent.clientId,
        TIKTOK_CLIENT_SECRET: String(consent.clientSecret),
        IMAGE: "123456789012.dkr.ecr.eu-central-1.amazonaws.com/tokenward:1",
        SUBNET: "subnet-0123456789abcdef0",
        MAIL: "ops@example.com",
      });
    } finally {
      await operator.dispose();
    }
  };
  const printed = async (script: string): Promise<string> => (await type(script)).stdout.trim();

  /** ECS starts the task: what the stack puts into the environment, and the image's own command. No `CI`. */
  const runTask = async (): Promise<Finished> => {
    const region = account.region;
    const known: Readonly<Record<string, string>> = { "AWS::Region": region };
    const env = Object.fromEntries(container.Environment.map(({ Name, Value }) => [Name, String(known[Value.Ref])]));
    const values = container.Secrets.map(async ({ Name, ValueFrom: parameter }) => {
      const read = `aws ssm get-parameter --name ${parameter} --with-decryption --query Parameter.Value --output text`;
      return [Name, await printed(read)] as const;
    });
    const secrets = Object.fromEntries(await Promise.all(values));
    const { AWS_REGION: _, AWS_DEFAULT_REGION: __, ...reach } = account.reach;
    const machine = await createJobMachine(Object.fromEntries(image.copied.map((name) => [name, String(files[name])])));
    try {
      return await machine.run(image.command.join(" "), { ...time.env, ...reach, ...env, ...secrets });
    } finally {
      await machine.dispose();
    }
  };
  const stored = async (): Promise<string> => fingerprint(String(await account.refreshToken()));
  const current = async (): Promise<string> => fingerprint(await sandbox.control.currentRefreshToken(consent.grantId));

  it("two weeks are two rotations", async () => {
    for (const rotations of [1, 2]) {
      await time.pass(7 * 86_400);
      const { code, stdout, stderr } = await runTask();
      expect(code, stdout + stderr).toBe(0);
      expect(await stored()).toBe(await current());
      expect(await sandbox.control.counts({ grant: consent.grantId })).toMatchObject({ rotations, replays: 0 });
    }
  });

  it("a schedule that starts twice spends once", async () => {
    const both = await Promise.all([runTask(), runTask()]);
    expect(both.map(({ code }) => code).filter((code) => code === 0).length).toBeGreaterThanOrEqual(1);
    expect(await stored()).toBe(await current());
    expect(await sandbox.control.counts({ grant: consent.grantId })).toMatchObject({ replays: 0, revocations: 0 });
  });

  it("a token that the store did not take is delivered from the log", async () => {
    const barrier = await sandbox.control.barrier({ at: "after", match: { grant: consent.grantId } });
    const running = runTask();
    await sandbox.control.held(barrier, 1);
    account.saves(false);
    await sandbox.control.release(barrier);
    const red = await running;
    account.saves(true);
    expect(red.code).toBe(1);
    expect(red.stdout).toContain("ERR_WRITEBACK_SAVE_FAILED");
    expect(capsulesIn(red.stderr)).toHaveLength(1);

    // What the driver `awslogs` makes of it: an event for each line.
    const at = Date.now();
    const lines = red.stderr.split("\n").filter((line) => line !== "");
    const events = JSON.stringify(lines.map((message, index) => ({ timestamp: at + index, message })));
    const stream = "--log-group-name /tokenward/refresh --log-stream-name refresh/tokenward/1";
    const logged = `aws logs create-log-stream ${stream}\naws logs put-log-events ${stream} --log-events file://events.json\n`;
    const [onAws = ""] = page.commands("Deliver a recovery capsule").split(/^gcloud/m);
    const more = { "events.json": events, "recovery-key.txt": await identityText() };
    const delivered = await type(logged + onAws, more);
    expect(delivered.code, delivered.stdout + delivered.stderr).toBe(0);
    expect(await stored()).toBe(await current());
    expect((await runTask()).code).toBe(0);
    expect(await sandbox.control.counts({ grant: consent.grantId })).toMatchObject({ rotations: 2, replays: 0 });
  });
});
