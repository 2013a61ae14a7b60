import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { run, runJson } from "./harness/cli.ts";
import { startOidcProvider } from "./harness/oidc-counterpart.ts";
import { connect, createScenarioSandbox } from "./harness/platforms.ts";
import type { ReportDocument } from "./harness/status-document.ts";
import { createWorkspace, type Workspace } from "./harness/workspace.ts";

const rotations = process.env["TOKENWARD_SCALE"] === "full" ? 200 : 50;

describe("auth refresh all", () => {
  let workspace: Workspace;

  beforeEach(async () => {
    workspace = await createWorkspace();
  });
  afterEach(async () => {
    await workspace.dispose();
  });

  it("rotates and proves as planned, and a process that has nothing but what was saved goes on", async () => {
    await using sandbox = await createScenarioSandbox();
    const grants = await connect(sandbox, workspace, [
      { platform: "tiktok" },
      { platform: "youtube" },
      { platform: "crm" },
    ]);
    const first = await runJson<ReportDocument>(workspace, ["auth", "refresh", "all"]);
    expect(first.code).toBe(0);
    expect(first.document.statuses.map(({ platform, action }) => `${platform} ${action}`)).toEqual([
      "tiktok rotated",
      "youtube healthy",
      "crm rotated",
    ]);

    // Another machine: the stored grants and the identity that opens them, and no state at all.
    const elsewhere = { TOKENWARD_STATE_DIR: `${workspace.folder}/another-state` };
    const second = await runJson<ReportDocument>(workspace, ["auth", "refresh", "all"], { env: elsewhere });
    expect(second.document.statuses.map(({ action }) => action)).toEqual(["rotated", "healthy", "rotated"]);

    const counts = await sandbox.control.counts();
    expect({ replays: counts.replays, revocations: counts.revocations }).toEqual({ replays: 0, revocations: 0 });
    for (const { consent } of grants) expect((await sandbox.control.grant(consent.grantId)).revoked).toBeUndefined();
  });

  it(`rotates ${rotations} times in as many processes at an authorization server that nobody here wrote`, async () => {
    const provider = await startOidcProvider();
    try {
      await workspace.configure(
        JSON.stringify({
          auth: { writeback: { backend: "local", local: { store: "file", path: workspace.storeFolder } } },
          platforms: {
            "acme-id": {
              refresher: "oauth2",
              token_url: provider.tokenUrl,
              client_auth: "basic",
              client_id: provider.clientId,
              client_secret: "${CLIENT_SECRET}",
              rotation: "always",
              reuse: "strict",
            },
          },
        }),
      );
      const env = { CLIENT_SECRET: provider.clientSecret };
      const first = await provider.consent();
      const imported = await run(workspace, ["auth", "import", "acme-id"], {
        env,
        input: JSON.stringify({ refresh_token: first, scope: "openid offline_access" }),
      });
      expect(imported.code, imported.stdout + imported.stderr).toBe(0);
      for (let round = 1; round <= rotations; round++) {
        const { code, document } = await runJson<ReportDocument>(workspace, ["auth", "refresh", "acme-id"], { env });
        expect(document.statuses[0], `round ${round}`).toMatchObject({ action: "rotated", alert: false });
        expect(code).toBe(0);
      }
      // A replay would have revoked the grant and left an error.
      expect(provider.seen).toEqual({ exchanges: rotations, errors: [] });
      expect(await provider.isAlive(first)).toBe(false);
    } finally {
      await provider.close();
    }
  });
});
