import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { After, Before, Given, Then, When, type DataTable } from "@cucumber/cucumber";
import type { Sandbox } from "@tokenward/sandbox";
import { run, type Finished } from "../../harness/cli.ts";
import { connect, createScenarioSandbox, type ScenarioPlatform } from "../../harness/platforms.ts";
import { snapshotOf } from "../../harness/snapshot.ts";
import type { ReportDocument } from "../../harness/status-document.ts";
import { createWorkspace, type Workspace } from "../../harness/workspace.ts";

interface World {
  sandbox: Sandbox;
  workspace: Workspace;
  before: Readonly<Record<string, string>>;
  requestsBefore: number;
  finished: Finished;
  document: ReportDocument;
}

Before(async function (this: World) {
  this.sandbox = await createScenarioSandbox();
  this.workspace = await createWorkspace();
});

After(async function (this: World) {
  await this.sandbox.close();
  await this.workspace.dispose();
});

Given("a machine on which Tokenward keeps these grants", async function (this: World, table: DataTable) {
  const wishes = table.hashes().map(({ grant, platform }) => ({
    platform: platform as ScenarioPlatform,
    account: grant?.split("/")[1],
  }));
  await connect(this.sandbox, this.workspace, wishes);
});

Given("{string} is configured, but nobody has consented yet", async function (this: World, grant: string) {
  const [platform = "", account = ""] = grant.split("/");
  const configuration = JSON.parse(await readFile(this.workspace.configFile, "utf8")) as {
    platforms: Record<string, { accounts: Record<string, unknown> }>;
  };
  const accounts = configuration.platforms[platform]?.accounts ?? {};
  accounts[account] = Object.values(accounts)[0];
  await this.workspace.configure(JSON.stringify(configuration));
});

When("I run {string}", async function (this: World, command: string) {
  const [program, ...args] = command.split(" ");
  assert.equal(program, "tokenward");
  this.before = await snapshotOf(this.workspace.folder);
  this.requestsBefore = (await this.sandbox.control.counts()).requests;
  this.finished = await run(this.workspace, [...args, "--json"]);
  this.document = JSON.parse(this.finished.stdout) as ReportDocument;
});

Then("it ends with exit code {int}", function (this: World, code: number) {
  assert.equal(this.finished.code, code, this.finished.stdout + this.finished.stderr);
});

Then("it reports", function (this: World, table: DataTable) {
  const rows = this.document.statuses.map(({ platform, account, action, would }) => ({
    grant: account === null ? platform : `${platform}/${account}`,
    found: action,
    ...(would === null ? {} : { would }),
  }));
  assert.deepEqual(rows, table.hashes());
});

Then("it says {string}", function (this: World, text: string) {
  assert.ok(
    this.document.statuses.some(({ detail }) => detail.includes(text)),
    `nowhere in ${this.finished.stdout}`,
  );
});

Then("no platform received a request", async function (this: World) {
  assert.equal((await this.sandbox.control.counts()).requests, this.requestsBefore);
});

Then("nothing on the machine has changed", async function (this: World) {
  assert.deepEqual(await snapshotOf(this.workspace.folder), this.before);
});

Then("no token was ever presented twice", async function (this: World) {
  const { replays, revocations } = await this.sandbox.control.counts();
  assert.deepEqual({ replays, revocations }, { replays: 0, revocations: 0 });
});
