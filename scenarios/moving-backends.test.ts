import { readFile } from "node:fs/promises";
import { startGitlabBackend, type SeenRequest } from "tokenward-counterparts/gitlab";
import { createSandbox, oauth2Platform, type Sandbox } from "@tokenward/sandbox";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { run, runJson, start, type Finished } from "./harness/cli.ts";
import { consentAll, importConsent, type ConnectedGrant } from "./harness/platforms.ts";
import type { ReportDocument } from "./harness/status-document.ts";
import { storedGrants } from "./harness/stored-grants.ts";
import { createWorkspace, type Workspace } from "./harness/workspace.ts";

type Gitlab = Awaited<ReturnType<typeof startGitlabBackend>>;
type Place = "local" | "gitlab";

const scale = process.env["TOKENWARD_SCALE"] ?? "small";

let sandbox: Sandbox;
let gitlab: Gitlab;
let workspace: Workspace;
let grant: ConnectedGrant;
beforeEach(async () => {
  [sandbox, gitlab, workspace] = await Promise.all([
    createSandbox({ platforms: [oauth2Platform({ name: "crm" })] }),
    startGitlabBackend(),
    createWorkspace(),
  ]);
});
afterEach(async () => {
  await Promise.all([sandbox.close(), gitlab.close()]);
  await workspace.dispose();
});

/** A grant that is kept in one of the two places; the configuration has the options of both. */
async function connectIn(place: Place): Promise<void> {
  [grant] = (await consentAll(sandbox, workspace, [{ platform: "crm", keys: { cadence: "every-run" } }], {
    auth: { writeback: blocks(place), lease_wait: "10s" },
  })) as [ConnectedGrant];
  await importConsent(workspace, grant.name, grant.consent, gitlab.env);
}

function blocks(backend: Place): Readonly<Record<string, unknown>> {
  return { ...gitlab.writeback, local: { store: "file", path: workspace.storeFolder }, backend };
}

async function configureFor(place: Place): Promise<void> {
  const { auth, ...rest } = JSON.parse(await readFile(workspace.configFile, "utf8")) as { readonly auth: object };
  await workspace.configure(JSON.stringify({ ...rest, auth: { ...auth, writeback: blocks(place) } }));
}

const move = (to: Place): readonly string[] => ["auth", "move", "crm", "--to", to];
const other = (place: Place): Place => (place === "local" ? "gitlab" : "local");

/** The places that would give a token to whoever reads them, with Tokenward and without. */
async function live(): Promise<readonly Place[]> {
  const stored = (await storedGrants(workspace, ["crm"])).get("crm");
  const local = stored?.refreshToken !== undefined || stored?.accessToken !== undefined;
  const values = gitlab.server.project.variables.list().map(({ value }) => value);
  const tokens = [grant.consent.refreshToken, grant.consent.accessToken];
  const remote = values.some((value) => tokens.some((token) => value.includes(token)));
  return [...(local ? ["local" as const] : []), ...(remote ? ["gitlab" as const] : [])];
}

/** The requests of a whole move, each with what it does. */
async function requestsOf(to: Place): Promise<readonly SeenRequest[]> {
  const before = gitlab.server.seen.length;
  const { code, stdout, stderr } = await run(workspace, move(to), { env: gitlab.env });
  expect(code, stdout + stderr).toBe(0);
  return gitlab.server.seen.slice(before);
}

/** Moves, and is killed while GitLab has its n-th request: before it did what was asked, or after. */
async function killedMove(to: Place, nth: number, when: "before" | "after"): Promise<Finished> {
  const { server } = gitlab;
  let requests = 0;
  const running = start(workspace, move(to), { env: gitlab.env });
  server.trouble = () => {
    requests += 1;
    if (requests !== nth) return undefined;
    running.process.kill("SIGKILL");
    return { drop: true, after: when === "after" };
  };
  const finished = await running.finished;
  server.trouble = undefined;
  return finished;
}

describe("a grant that is moved to another kind of place", () => {
  it.each(["local", "gitlab"] as const)("leaves no copy in %s, and goes on where it is", async (from) => {
    await connectIn(from);
    expect(await live()).toEqual([from]);
    const to = other(from);
    const moved = await runJson<{ readonly statuses: readonly { readonly action: string }[] }>(workspace, move(to), {
      env: gitlab.env,
    });
    expect(moved.document).toMatchObject({
      alert: false,
      statuses: [{ action: "moved" }],
      configuration: [{ key: "auth.writeback.backend", value: to, options: null }],
    });
    expect(await live()).toEqual([to]);

    const seeded = { env: { ...gitlab.env, CRM_REFRESH_TOKEN: grant.consent.refreshToken } };
    const old = await runJson<ReportDocument>(workspace, ["auth", "refresh", "crm"], seeded);
    expect(old.document.statuses).toMatchObject([{ action: "failed", code: "ERR_AUTH_RETIRED" }]);
    await configureFor(to);
    const next = await runJson<ReportDocument>(workspace, ["auth", "refresh", "crm"], seeded);
    expect(next.document.statuses, next.stdout).toMatchObject([{ action: "rotated", code: null }]);
    expect(await sandbox.control.counts()).toMatchObject({ requests: 1, replays: 0, revocations: 0 });
  });

  it.each(["local", "gitlab"] as const)(
    "killed at any of its requests on the way from %s, is brought over by the same command",
    async (from) => {
      await connectIn(from);
      const to = other(from);
      // How many requests there are, a move there says; the way back brings it where it was.
      const requests = await requestsOf(to);
      expect(requests.length).toBeGreaterThan(3);
      expect(requests.some(({ method }) => method !== "GET")).toBe(true);
      await comeBack(to, from);

      const points = requests.flatMap(({ method }, index) =>
        // What only reads leaves the same behind, whichever side of it the kill is on.
        (method === "GET" ? (["before"] as const) : (["before", "after"] as const)).map(
          (when) => [index + 1, when] as const,
        ),
      );
      const writes = points.filter(([nth, when]) => when === "after" && requests[nth - 1]?.method !== "GET");
      const chosen = scale === "small" ? [points[0] ?? ([1, "before"] as const), ...writes] : points;
      for (const [nth, when] of chosen) {
        const what = `killed ${when} request ${String(nth)}, ${String(requests[nth - 1]?.method)}`;
        const { signal } = await killedMove(to, nth, when);
        expect(signal, what).toBe("SIGKILL");
        expect((await live()).length, what).toBeGreaterThan(0);
        const again = await run(workspace, move(to), { env: gitlab.env });
        expect(again.code, `${what}: ${again.stdout}${again.stderr}`).toBe(0);
        expect(await live(), what).toEqual([to]);
        await comeBack(to, from);
      }
      const next = await runJson<ReportDocument>(workspace, ["auth", "refresh", "crm"], { env: gitlab.env });
      expect(next.document.statuses, next.stdout).toMatchObject([{ action: "rotated", code: null }]);
      expect(await sandbox.control.counts()).toMatchObject({ requests: 1, replays: 0, revocations: 0 });
    },
  );

  it("is forgotten in a place that others read without Tokenward", async () => {
    await connectIn("gitlab");
    const { code, stdout } = await run(workspace, ["auth", "forget", "crm", "--yes"], { env: gitlab.env });
    expect(code, stdout).toBe(0);
    expect(await live()).toEqual([]);
    const seeded = { env: { ...gitlab.env, CRM_REFRESH_TOKEN: grant.consent.refreshToken } };
    const next = await runJson<ReportDocument>(workspace, ["auth", "refresh", "crm"], seeded);
    expect(next.document.statuses).toMatchObject([{ action: "reauth-required", code: "ERR_AUTH_RETIRED" }]);
    expect((await sandbox.control.counts()).requests).toBe(0);
  });
});

/** Brings it back to where it was; GitLab is as empty then as it was before. */
async function comeBack(now: Place, to: Place): Promise<void> {
  await configureFor(now);
  const { code, stdout, stderr } = await run(workspace, move(to), { env: gitlab.env });
  expect(code, stdout + stderr).toBe(0);
  expect(await live()).toEqual([to]);
  await configureFor(to);
  const { variables } = gitlab.server.project;
  if (to !== "local") return;
  for (const key of variables.list().map((one) => one.key)) variables.remove(key, undefined);
}
