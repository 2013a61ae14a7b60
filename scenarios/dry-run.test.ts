import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Sandbox } from "@tokenward/sandbox";
import { run, runJson } from "./harness/cli.ts";
import { connect, createScenarioSandbox } from "./harness/platforms.ts";
import { snapshotOf } from "./harness/snapshot.ts";
import type { ReportDocument } from "./harness/status-document.ts";
import { createWorkspace, type Workspace } from "./harness/workspace.ts";

describe("a dry run and `auth status` read and assess, nothing else", () => {
  let sandbox: Sandbox;
  let workspace: Workspace;

  beforeAll(async () => {
    sandbox = await createScenarioSandbox();
    workspace = await createWorkspace();
    await connect(sandbox, workspace, [
      { platform: "tiktok", account: "brand-a" },
      { platform: "tiktok", account: "brand-b" },
      { platform: "youtube" },
      { platform: "crm" },
    ]);
    // A state with a past: answers, spent tokens, a write-ahead log.
    expect((await run(workspace, ["auth", "refresh", "all"])).code).toBe(0);
  });

  afterAll(async () => {
    await sandbox.close();
    await workspace.dispose();
  });

  it.each([
    ["auth", "refresh", "all", "--dry-run"],
    ["auth", "refresh", "tiktok", "--dry-run"],
    ["auth", "refresh", "--dry-run", "--json"],
    ["auth", "status"],
    ["auth", "status", "youtube", "--json"],
    ["config", "check"],
  ])("%s %s %s %s", async (...args) => {
    const words = args.filter((word) => word !== undefined);
    const before = await snapshotOf(workspace.folder);
    const requests = (await sandbox.control.counts()).requests;
    const { code, stdout } = await run(workspace, words);
    expect(code, stdout).toBe(0);
    expect((await sandbox.control.counts()).requests).toBe(requests);
    expect(await snapshotOf(workspace.folder)).toEqual(before);
  });

  it("says what it found and what a run would attempt", async () => {
    const { document } = await runJson<ReportDocument>(workspace, ["auth", "refresh", "all", "--dry-run"]);
    expect(document.dry_run).toBe(true);
    expect(document.statuses.map(({ platform, account, action, would }) => [platform, account, action, would])).toEqual(
      [
        ["tiktok", "brand-a", "healthy", "rotate"],
        ["tiktok", "brand-b", "healthy", "rotate"],
        ["youtube", null, "healthy", "health-check"],
        ["crm", null, "healthy", "rotate"],
      ],
    );
    for (const status of document.statuses) {
      expect(Object.keys(status)).toEqual([
        "platform",
        "account",
        "action",
        "would",
        "expires_at",
        "reauth_by",
        "refreshable",
        "alert",
        "code",
        "detail",
      ]);
    }
  });

  it("makes nothing on a machine where Tokenward never ran", async () => {
    const fresh = await createWorkspace(`platforms:\n  youtube: { client_id: id, client_secret: "\${SECRET}" }\n`);
    try {
      const before = await snapshotOf(fresh.folder);
      const { code, stdout } = await run(fresh, ["auth", "status"], { env: { SECRET: "not-a-real-secret" } });
      expect(code).toBe(1);
      expect(stdout).toContain("ERR_AUTH_NOT_CONNECTED");
      expect(await snapshotOf(fresh.folder)).toEqual(before);
    } finally {
      await fresh.dispose();
    }
  });
});
