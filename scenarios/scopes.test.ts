import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Sandbox } from "@tokenward/sandbox";
import { runJson, type Finished } from "./harness/cli.ts";
import { connect, createScenarioSandbox, tokenJson, type ConnectedGrant } from "./harness/platforms.ts";
import type { ReportDocument, StatusDocument } from "./harness/status-document.ts";
import { createWorkspace, type Workspace } from "./harness/workspace.ts";

const all = ["user.info.basic", "video.publish", "video.upload"];

describe("a consent that covers less than what is required", () => {
  let sandbox: Sandbox;
  let workspace: Workspace;

  beforeEach(async () => {
    sandbox = await createScenarioSandbox();
    workspace = await createWorkspace();
  });
  afterEach(async () => {
    await sandbox.close();
    await workspace.dispose();
  });

  const tiktok = async (keys: Readonly<Record<string, unknown>> = {}): Promise<ConnectedGrant> => {
    const [grant] = await connect(sandbox, workspace, [
      { platform: "tiktok", account: "brand-a", keys: { required_scopes: all, ...keys } },
    ]);
    return grant as ConnectedGrant;
  };
  const command = async (
    args: readonly string[],
    input?: string,
  ): Promise<Finished & { readonly status: StatusDocument }> => {
    const finished = await runJson<ReportDocument>(workspace, ["auth", ...args], { input });
    const [status] = finished.document.statuses;
    if (status === undefined) throw new Error(`no status: ${finished.stdout}`);
    return { ...finished, status };
  };
  const refresh = async (name: string): ReturnType<typeof command> => await command(["refresh", name]);
  /** The platform is satisfied, and what it would rotate next is what a process of its own presents next. */
  const expectKept = async (grantId: string, rotations: number): Promise<void> => {
    const counts = await sandbox.control.counts({ grant: grantId });
    expect(counts).toMatchObject({ rotations, replays: 0, revocations: 0 });
    const { entries } = await sandbox.control.ledger({ grant: grantId });
    const exchanges = entries.filter(({ endpoint }) => endpoint === "token");
    expect(exchanges.slice(1).map(({ fingerprint }) => fingerprint)).toEqual(
      exchanges.slice(0, -1).map(({ issued }) => issued),
    );
  };

  it("costs no token: it is saved, then said, with what is missing and who has to do what", async () => {
    const first = await tiktok();
    expect((await refresh("tiktok/brand-a")).status).toMatchObject({ action: "rotated", code: null, alert: false });

    const narrow = await sandbox.control.regrant(first.consent.grantId, {
      scopes: ["user.info.basic", "video.upload"],
      revokeOld: true,
    });
    const imported = await command(["import", "tiktok/brand-a"], tokenJson(narrow));
    for (const { code, status } of [imported, await refresh("tiktok/brand-a"), await refresh("tiktok/brand-a")]) {
      expect(code).toBe(1);
      expect(status).toMatchObject({ alert: true, code: "ERR_AUTH_SCOPE_DRIFT" });
      expect(status.detail).toContain("missing required scopes: video.publish.");
      expect(status.detail).toContain("Whoever owns the tiktok account must consent again with all scopes");
      expect(status.detail).toContain("`tokenward auth tiktok/brand-a`");
      expect(status.detail).toContain("was saved");
    }
    expect(imported.status.action).toBe("healthy");
    await expectKept(narrow.grantId, 2);

    const { code, status } = await command(["status", "tiktok/brand-a"]);
    expect({ code, drift: status.code }).toEqual({ code: 1, drift: "ERR_AUTH_SCOPE_DRIFT" });

    const whole = await sandbox.control.regrant(narrow.grantId, { scopes: all });
    expect((await command(["import", "tiktok/brand-a"], tokenJson(whole))).status.code).toBeNull();
    expect(await refresh("tiktok/brand-a")).toMatchObject({ code: 0, status: { action: "rotated", code: null } });
    await expectKept(whole.grantId, 1);
  });

  it("is noticed in the answer of a refresh, whose token is saved first, and touches nobody else", async () => {
    const [drifting, steady] = await connect(sandbox, workspace, [
      { platform: "crm", account: "a", keys: { required_scopes: ["contacts.read", "contacts.write"] } },
      { platform: "crm", account: "b", keys: { required_scopes: ["contacts.read", "contacts.write"] } },
    ]);
    const [drifted, other] = [drifting?.consent.grantId ?? "", steady?.consent.grantId ?? ""];
    await sandbox.control.setScopes(drifted, ["openid"]);
    for (const rotations of [1, 2]) {
      const { code, document } = await runJson<ReportDocument>(workspace, ["auth", "refresh", "all"]);
      expect(code).toBe(1);
      expect(document.statuses).toMatchObject([
        { account: "a", action: "rotated", alert: true, code: "ERR_AUTH_SCOPE_DRIFT" },
        { account: "b", action: "rotated", alert: false, code: null },
      ]);
      expect(document.statuses[0]?.detail).toContain("missing required scopes: contacts.read, contacts.write.");
      await expectKept(drifted, rotations);
      await expectKept(other, rotations);
    }
  });

  it("is not assumed where the platform leaves the scopes out", async () => {
    const { consent } = await tiktok();
    await sandbox.control.setScopes(consent.grantId, null);
    for (const rotations of [1, 2]) {
      expect(await refresh("tiktok/brand-a")).toMatchObject({ code: 0, status: { action: "rotated", code: null } });
      await expectKept(consent.grantId, rotations);
    }
  });

  it("is not assumed where nobody ever stated any scopes", async () => {
    const { consent } = await tiktok();
    const silent = await sandbox.control.regrant(consent.grantId);
    await sandbox.control.setScopes(silent.grantId, null);
    const unstated = JSON.stringify({ ...(JSON.parse(tokenJson(silent)) as object), scope: undefined });
    expect(await command(["import", "tiktok/brand-a"], unstated)).toMatchObject({
      code: 0,
      status: { code: null },
    });
    expect(await refresh("tiktok/brand-a")).toMatchObject({ code: 0, status: { action: "rotated", code: null } });
    await expectKept(silent.grantId, 1);
  });

  it("stays where a later answer leaves the scopes out: absent means unchanged", async () => {
    const { consent } = await tiktok();
    await sandbox.control.setScopes(consent.grantId, ["user.info.basic", "video.upload"]);
    expect((await refresh("tiktok/brand-a")).status.code).toBe("ERR_AUTH_SCOPE_DRIFT");
    await sandbox.control.setScopes(consent.grantId, null);
    const { code, status } = await refresh("tiktok/brand-a");
    expect({ code, action: status.action, drift: status.code }).toEqual({
      code: 1,
      action: "rotated",
      drift: "ERR_AUTH_SCOPE_DRIFT",
    });
    await expectKept(consent.grantId, 2);
  });

  it("withholds the token where the configuration says so, and saves it all the same", async () => {
    const { consent } = await tiktok({ on_scope_drift: "refuse" });
    await sandbox.control.setScopes(consent.grantId, ["user.info.basic"]);
    for (const rotations of [1, 2]) {
      const { code, status } = await refresh("tiktok/brand-a");
      expect(code).toBe(1);
      expect(status).toMatchObject({ alert: true, code: "ERR_AUTH_SCOPE_DRIFT" });
      expect(status.detail).toContain("missing required scopes: video.publish, video.upload.");
      expect(status.detail).toContain("not handed out (on_scope_drift: refuse)");
      await expectKept(consent.grantId, rotations);
    }
  });

  it("is not seen in other names of the same scope, other separators or another order", async () => {
    const [grant] = await connect(sandbox, workspace, [
      {
        platform: "crm",
        keys: {
          required_scopes: ["read_contacts", "contacts.write"],
          scope_aliases: { "contacts.read": "read_contacts" },
        },
      },
    ]);
    const id = grant?.consent.grantId ?? "";
    for (const [round, settings] of [{}, { scopeSeparator: "," }, { scopeAs: "array" }].entries()) {
      await sandbox.control.setScopes(id, ["contacts.write", "openid", "contacts.read"]);
      await sandbox.control.change(id, { settings });
      expect(await refresh("crm"), JSON.stringify(settings)).toMatchObject({ code: 0, status: { code: null } });
      await expectKept(id, round + 1);
    }
  });
});
