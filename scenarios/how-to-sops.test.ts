import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fingerprint, type Consent, type Sandbox } from "@tokenward/sandbox";
import { documentedScript, makeRepository, sops, sopsProgram, type Repository } from "tokenward-counterparts/sops";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backendObjection } from "./harness/backends/real-backends.ts";
import { documentedConfig } from "./harness/how-to/documented-config.ts";
import { readWorkflow, runWorkflow, type GithubResult } from "./harness/how-to/github-job.ts";
import { createJobMachine, type JobMachine } from "./harness/how-to/job-shell.ts";
import { pageOf } from "./harness/how-to/page.ts";
import { PassingTime } from "./harness/passing-time.ts";
import { createScenarioSandbox, tokenJson } from "./harness/platforms.ts";

const page = pageOf("github-actions.md");
const workflow = page.file(".github/workflows/tokens.yml", "A SOPS file");
const objection = await backendObjection("sops");
const place = `on runners whose disks are gone, with a SOPS file in the repository,${objection === undefined ? "" : ` (${objection})`}`;

describe.skipIf(objection !== undefined)(place, () => {
  let folder: string;
  let repository: Repository;
  let sandbox: Sandbox;
  let consent: Consent;
  let time: PassingTime;
  let ageKey: string;
  const open: JobMachine[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "tokenward-how-to-"));
    repository = await makeRepository(path.join(folder, "server"), "README.md", "# posting\n");
    sandbox = await createScenarioSandbox();
    consent = await sandbox.control.consent("tiktok");
    time = new PassingTime(sandbox);
  });
  afterEach(async () => {
    await sandbox.close();
    for (const machine of open.splice(0)) await machine.dispose();
    await rm(folder, { recursive: true, force: true });
  });
  const clients = (): Readonly<Record<string, string>> => ({
    TIKTOK_CLIENT_KEY: consent.clientId,
    TIKTOK_CLIENT_SECRET: String(consent.clientSecret),
  });
  const cloned = async (programs: Readonly<Record<string, string>>): Promise<JobMachine> => {
    const machine = await createJobMachine({}, programs);
    open.push(machine);
    await repository.checkOut(machine.folder);
    return machine;
  };

  /** The operator's clone, after everything that the page types there. */
  const setUp = async (): Promise<void> => {
    const operator = await cloned({ sops: `exec '${String(sopsProgram())}' "$@"`, gh: "exit 0" });
    const files = {
      "publish-tokens": await documentedScript(),
      "tokenward.config.yaml": await documentedConfig(page, consent, "A SOPS file"),
      "token.json": tokenJson(consent),
      ".github": workflow,
    };
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(operator.folder, name), text);
    await chmod(path.join(operator.folder, "publish-tokens"), 0o755);
    const as = {
      GIT_AUTHOR_NAME: "o",
      GIT_AUTHOR_EMAIL: "o@localhost",
      GIT_COMMITTER_NAME: "o",
      GIT_COMMITTER_EMAIL: "o@localhost",
    };
    const typed = page.commands("The file and its first token");
    const { code, stdout, stderr } = await operator.run(typed, { ...time.env, ...repository.env, ...as, ...clients() });
    expect(code, stdout + stderr).toBe(0);
    ageKey = await readFile(path.join(operator.folder, "tokens-key.txt"), "utf8");
  };

  const runJob = async (): Promise<GithubResult> => {
    // `go install` brings the real program; only the step's own line puts it on PATH.
    const runner = await cloned({
      go: `case "$*" in
        "install github.com/getsops/sops/v3/cmd/sops@v"*) mkdir -p "$HOME/go/bin" && ln -s '${String(sopsProgram())}' "$HOME/go/bin/sops" ;;
        "env GOPATH") echo "$HOME/go" ;;
        *) exit 92 ;;
      esac`,
    });
    return await runWorkflow(readWorkflow(workflow), runner, {
      secrets: { SOPS_AGE_KEY: ageKey, ...clients() },
      vars: {},
      env: { ...time.env, ...repository.env },
      actions: { "actions/checkout": () => ({}), "actions/setup-node": () => ({}) },
    });
  };

  /** What anybody with the key reads in the repository. */
  const published = async (): Promise<string> => {
    const reader = await cloned({});
    const keys = path.join(folder, "reader-key.txt");
    await writeFile(keys, ageKey);
    const text = await sops(["decrypt", "--output-type", "json", "tokens.enc.yaml"], { folder: reader.folder, keys });
    return fingerprint((JSON.parse(text) as { tiktok: { refresh_token: string } }).tiktok.refresh_token);
  };

  it("two weeks are two rotations and two commits", async () => {
    await setUp();
    const current = async () => fingerprint(await sandbox.control.currentRefreshToken(consent.grantId));
    expect(await published()).toBe(await current());
    for (const rotations of [1, 2]) {
      await time.pass(7 * 86_400);
      const before = await repository.tip();
      const { code, stdout, stderr, artifact } = await runJob();
      expect(code, stdout + stderr).toBe(0);
      expect(artifact).toEqual({});
      expect(await repository.tip()).not.toBe(before);
      expect(await published()).toBe(await current());
      expect(await sandbox.control.counts()).toMatchObject({ rotations, replays: 0 });
    }
  });

  it("where the branch lets nobody push, the job is red and nothing is spent", async () => {
    await setUp();
    await repository.trouble("forbidden", "all");
    const { code, stdout, stderr } = await runJob();
    expect(code, stderr).not.toBe(0);
    expect(stdout + stderr).toMatch(/ERR_WRITEBACK_UN(WRITABLE|READABLE)/);
    expect(await sandbox.control.counts()).toMatchObject({ requests: 0 });
  });
});
