import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { createSandbox, oauth2Platform, type Sandbox } from "@tokenward/sandbox";
import { startGitlabBackend } from "tokenward-counterparts/gitlab";
import { afterEach, beforeEach, expect, it } from "vitest";
import { identityText, recipient } from "./harness/backends/recovery-capsule.ts";
import { run, runJson, type RunOptions } from "./harness/cli.ts";
import { consentAll, importConsent, type ConnectedGrant } from "./harness/platforms.ts";
import type { ReportDocument, StatusDocument } from "./harness/status-document.ts";
import { createWorkspace, type Workspace } from "./harness/workspace.ts";

let sandbox: Sandbox;
let gitlab: Awaited<ReturnType<typeof startGitlabBackend>>;
let runner: Workspace;
let desk: Workspace;
let grant: ConnectedGrant;
beforeEach(async () => {
  [sandbox, gitlab, runner, desk] = await Promise.all([
    createSandbox({ platforms: [oauth2Platform({ name: "crm" })] }),
    startGitlabBackend(),
    createWorkspace(),
    createWorkspace(),
  ]);
  [grant] = (await consentAll(sandbox, runner, [{ platform: "crm", keys: { cadence: "every-run" } }], {
    auth: { writeback: gitlab.writeback, recovery: { age_recipients: [await recipient()] }, lease_wait: "1s" },
  })) as [ConnectedGrant];
  await desk.configure(await readFile(runner.configFile, "utf8"));
  await writeFile(path.join(desk.folder, "key.txt"), await identityText());
});
afterEach(async () => {
  await Promise.all([sandbox.close(), gitlab.close()]);
  await Promise.all([runner.dispose(), desk.dispose()]);
});

interface Told {
  readonly status: StatusDocument | undefined;
  readonly stderr: string;
  readonly code: number | null;
}

async function tell(workspace: Workspace, args: readonly string[], options: RunOptions = {}): Promise<Told> {
  const { document, stderr, code } = await runJson<ReportDocument>(workspace, args, {
    ...options,
    env: { ...gitlab.env, ...options.env },
  });
  return { status: document.statuses[0], stderr, code };
}

/** A CI job: nothing of an earlier one is left, and the grant's first token is in its environment for ever. */
async function job(): Promise<Told> {
  const state = await mkdtemp(path.join(runner.folder, "state-"));
  const env = { CI: "true", TOKENWARD_STATE_DIR: state, CRM_REFRESH_TOKEN: grant.consent.refreshToken };
  return await tell(runner, ["auth", "refresh", "crm"], { env });
}

const deliver = ["auth", "recover", "--capsule", "job.log", "--identity", "key.txt"];

it.each(["that is stored already", "that only the environment has"])(
  "the log of a dead job brings its token back on another machine, for a grant %s",
  async (which) => {
    if (which === "that is stored already") await importConsent(runner, grant.name, grant.consent, gitlab.env);
    await gitlab.fail("forbidden", "save");
    const failed = await job();
    expect(failed).toMatchObject({ code: 1, status: { code: "ERR_WRITEBACK_SAVE_FAILED", alert: true } });
    await gitlab.heal();

    // The job's disk is gone. The claim beside the grant keeps others from presenting its token again.
    const next = await job();
    expect(next).toMatchObject({ code: 1, status: { code: "ERR_AUTH_LEASE_BUSY" } });
    expect((await sandbox.control.counts()).requests).toBe(1);

    // What GitLab keeps of a job: its log, with times before the lines, after other lines.
    const log = failed.stderr.split("\n").map((line) => `2026-11-23T03:04:05.678901Z 01E ${line}\n`);
    await writeFile(
      path.join(desk.folder, "job.log"),
      `Running with gitlab-runner\n${log.join("")}ERROR: Job failed\n`,
    );
    expect(await tell(desk, deliver)).toMatchObject({ code: 0, status: { action: "healthy", alert: false } });
    expect(await gitlab.refreshToken("crm")).toBe(await sandbox.control.currentRefreshToken(grant.consent.grantId));
    expect(await tell(desk, deliver)).toMatchObject({ code: 0, status: { action: "skipped", alert: false } });

    expect(await job()).toMatchObject({ code: 0, status: { action: "rotated" } });
    expect(await tell(desk, deliver)).toMatchObject({ code: 1, status: { code: "ERR_AUTH_CAPSULE_OLDER" } });
    expect(await gitlab.refreshToken("crm")).toBe(await sandbox.control.currentRefreshToken(grant.consent.grantId));
    expect(await sandbox.control.counts()).toMatchObject({ requests: 2, rotations: 2, replays: 0, revocations: 0 });
  },
);

it("a capsule whose grant was moved away meanwhile is refused", async () => {
  await importConsent(runner, grant.name, grant.consent, gitlab.env);
  await gitlab.fail("forbidden", "save");
  const failed = await job();
  await gitlab.heal();
  await writeFile(path.join(desk.folder, "job.log"), failed.stderr);
  const consent = await sandbox.control.regrant(grant.consent.grantId);
  await importConsent(desk, grant.name, consent, gitlab.env);
  const { auth, ...rest } = JSON.parse(await readFile(desk.configFile, "utf8")) as {
    readonly auth: { writeback: object };
  };
  const local = { store: "file", path: desk.storeFolder };
  await desk.configure(JSON.stringify({ ...rest, auth: { ...auth, writeback: { ...auth.writeback, local } } }));
  const moved = await run(desk, ["auth", "move", "crm", "--to", "local"], { env: gitlab.env });
  expect(moved.code, moved.stdout + moved.stderr).toBe(0);
  expect(await tell(desk, deliver)).toMatchObject({ code: 1, status: { code: "ERR_AUTH_RETIRED" } });
  expect(await gitlab.refreshToken("crm")).not.toBe(grant.consent.refreshToken);
});
