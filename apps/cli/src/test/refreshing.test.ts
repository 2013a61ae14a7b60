import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSandboxHome, grants, sentinels, succeeded, type SandboxHome } from "./sandbox-home.ts";

let home: SandboxHome;
beforeEach(async () => {
  home = await createSandboxHome();
});
afterEach(async () => await home.close());

interface StatusDocument {
  readonly platform: string;
  readonly account: string | null;
  readonly action: string;
  readonly would: string | null;
  readonly expires_at: string | null;
  readonly reauth_by: string | null;
  readonly code: string | null;
  readonly alert: boolean;
  readonly refreshed_at?: string | null;
}

interface ReportDocument {
  readonly dry_run: boolean;
  readonly alert: boolean;
  readonly statuses: readonly StatusDocument[];
}

function report(stdout: string): ReportDocument {
  return JSON.parse(stdout) as ReportDocument;
}

const keys = [
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
];

describe("auth refresh", () => {
  it("rotates, mints and keeps, and a second process goes on from what was saved", async () => {
    await home.importAll();
    for (const rotations of [2, 4]) {
      const { stdout } = succeeded(await home.run(["auth", "refresh", "all", "--json"]));
      const { dry_run, alert, statuses } = report(stdout);
      expect({ dry_run, alert }).toEqual({ dry_run: false, alert: false });
      expect(statuses.map(({ platform, account }) => (account === null ? platform : `${platform}/${account}`))).toEqual(
        grants,
      );
      expect(statuses.map(({ action }) => action)).toEqual(["rotated", "rotated", "healthy", "healthy"]);
      for (const status of statuses) expect(Object.keys(status)).toEqual(keys);
      expect(await home.sandbox.control.counts()).toMatchObject({ rotations, replays: 0, revocations: 0 });
    }
  });

  it("refreshes only what was selected", async () => {
    await home.importAll();
    const { stdout } = succeeded(await home.run(["auth", "refresh", "tiktok/b", "--json"]));
    expect(report(stdout).statuses).toMatchObject([{ platform: "tiktok", account: "b", action: "rotated" }]);
    expect(await home.sandbox.control.counts()).toMatchObject({ requests: 1, rotations: 1 });
  });

  it("prints a table that fits 80 columns, and one line per grant on stderr", async () => {
    await home.importAll();
    const { stdout, stderr } = succeeded(await home.run(["auth", "refresh"]));
    const lines = stdout.split("\n");
    expect(lines[0]).toMatch(/^GRANT +ACTION +VALID UNTIL +RE-AUTH BY$/);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    expect(stdout).toMatch(/tiktok\/a +rotated +in (1|2) h|in 119 min/);
    expect(stdout).toContain("4 grants: 2 rotated, 2 healthy. Nothing needs a human.");
    expect(stdout + stderr).not.toContain("\u001B");
    expect(stderr.trim().split("\n").toSorted()).toEqual([
      "crm: healthy",
      "tiktok/a: rotated",
      "tiktok/b: rotated",
      "youtube: healthy",
    ]);
  });

  it("ends with 1 where one grant needs a human, and leaves the others alone", async () => {
    await home.importAll();
    await home.sandbox.control.revoke(home.consents["tiktok/a"]?.grantId ?? "");
    const { exitCode, stdout } = await home.run(["auth", "refresh", "all", "--json"]);
    expect(exitCode).toBe(1);
    const { alert, statuses } = report(stdout);
    expect(alert).toBe(true);
    expect(statuses).toMatchObject([
      { action: "reauth-required", alert: true, code: "ERR_AUTH_REAUTH_REQUIRED" },
      { action: "rotated", alert: false },
      { action: "healthy", alert: false },
      { action: "healthy", alert: false },
    ]);
  });

  it("ends with 2 where nothing could be judged", async () => {
    await home.importAll();
    const { exitCode, stdout } = await home.run(["auth", "refresh", "tiktok", "--json"], { env: { CI: "true" } });
    expect(exitCode).toBe(2);
    expect(report(stdout).statuses).toMatchObject([{ code: "ERR_WRITEBACK_NOT_DURABLE" }, {}]);
    expect(await home.sandbox.control.counts()).toMatchObject({ requests: 0 });
  });

  it("says in red what needs a human only where colour is wanted", async () => {
    const coloured = await home.run(["auth", "refresh", "crm"], { env: { FORCE_COLOR: "1" } });
    expect(coloured.stdout).toContain("\u001B[");
    const plain = await home.run(["auth", "refresh", "crm"], { env: { FORCE_COLOR: undefined, NO_COLOR: "1" } });
    expect(plain.stdout).not.toContain("\u001B");
    expect(plain.exitCode).toBe(1);
  });
});

describe("auth refresh --dry-run and auth status", () => {
  it("tell what reading found and what a run would attempt, and contact nobody", async () => {
    await home.importAll();
    const dryRun = report(succeeded(await home.run(["auth", "refresh", "--dry-run", "--json"])).stdout);
    expect(dryRun).toMatchObject({ dry_run: true, alert: false });
    expect(dryRun.statuses.map(({ would }) => would)).toEqual(["rotate", "rotate", "health-check", "nothing"]);
    for (const status of dryRun.statuses) expect(Object.keys(status)).toEqual(keys);

    const status = report(succeeded(await home.run(["auth", "status", "--json"])).stdout);
    for (const one of status.statuses) {
      expect(Object.keys(one)).toEqual([...keys, "refreshed_at"]);
      expect(one.refreshed_at).toBeNull();
    }
    expect(await home.sandbox.control.counts()).toMatchObject({ requests: 0 });
  });

  it("say when a grant was last refreshed", async () => {
    await home.importAll();
    succeeded(await home.run(["auth", "refresh", "tiktok/a"]));
    const { statuses } = report(succeeded(await home.run(["auth", "status", "tiktok", "--json"])).stdout);
    expect(statuses[0]?.refreshed_at).toMatch(/^\d{4}-\d{2}-\d{2}T.*Z$/);
    expect(statuses[1]?.refreshed_at).toBeNull();
    const { stdout } = succeeded(await home.run(["auth", "status", "tiktok/a"]));
    expect(stdout).toMatch(/REFRESHED/);
    expect(stdout).toMatch(/\d+ s ago/);
  });

  it("name a grant that nobody has connected yet", async () => {
    const { exitCode, stdout } = await home.run(["auth", "status", "crm", "--json"]);
    expect(exitCode).toBe(1);
    expect(report(stdout).statuses).toMatchObject([{ code: "ERR_AUTH_NOT_CONNECTED", alert: true }]);
  });
});

describe("auth import", () => {
  it("replaces what is stored, and echoes nothing of it", async () => {
    for (const generation of [1, 2]) {
      const { stdout, stderr } = succeeded(await home.run(["auth", "import", "crm"], { input: home.tokenJson("crm") }));
      expect(stdout).toContain(`generation ${generation}`);
      for (const sentinel of sentinels(home)) expect(stdout + stderr).not.toContain(sentinel);
    }
  });

  it.each([
    ["", "standard input was empty"],
    ["rft.sentinel-that-must-not-be-echoed", "not valid JSON"],
    ['{"refreshToken":"rft.sentinel-that-must-not-be-echoed"}', "spelled `refresh_token`"],
    ['{"access_token":"act.sentinel-that-must-not-be-echoed"}', "no `refresh_token`"],
  ])("refuses %s without echoing it", async (input, reason) => {
    const { exitCode, stdout, stderr } = await home.run(["auth", "import", "tiktok/a"], { input });
    expect(exitCode).toBe(2);
    expect((stdout + stderr).replaceAll(/\s+/g, " ")).toContain(reason);
    expect(stdout + stderr).toContain("ERR_AUTH_IMPORT_INVALID");
    expect(stdout + stderr).not.toContain("sentinel");
  });

  it("wants one grant, not a platform of several", async () => {
    const { exitCode, stderr } = await home.run(["auth", "import", "tiktok"], { input: home.tokenJson("tiktok/a") });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("`tiktok` means more than one grant: name one of tiktok/a, tiktok/b.");
  });
});

describe("auth recover", () => {
  it("has nothing to do for a grant without a doubt", async () => {
    await home.importAll();
    const { stdout } = succeeded(await home.run(["auth", "recover", "tiktok/a", "--json"]));
    expect(report(stdout).statuses).toMatchObject([{ action: "skipped", code: "ERR_AUTH_NOTHING_TO_RECOVER" }]);
  });

  it("presents a token in doubt once more on a human's word", async () => {
    await home.importAll();
    const { control } = home.sandbox;
    await control.fault({ match: { platform: "tiktok" }, drop: "before" });
    const doubtful = await home.run(["auth", "refresh", "tiktok/a", "--json"]);
    expect(report(doubtful.stdout).statuses).toMatchObject([{ action: "in-doubt", code: "ERR_AUTH_IN_DOUBT" }]);
    const undecided = await home.run(["auth", "recover", "tiktok/a", "--json"]);
    expect(undecided.exitCode).toBe(1);
    expect(await control.counts()).toMatchObject({ requests: 1 });

    const { stdout } = succeeded(await home.run(["auth", "recover", "tiktok/a", "--retry-once", "--json"]));
    expect(report(stdout).statuses).toMatchObject([{ action: "rotated" }]);
    expect(await control.counts()).toMatchObject({ requests: 2, rotations: 1, replays: 0 });
  });
});

describe("secrets", () => {
  it("are in nothing that is printed, also when a platform echoes them", async () => {
    await home.importAll();
    await home.sandbox.control.fault({ when: "always", echo: true, answer: { status: 500, body: "<html>no</html>" } });
    for (const args of [["refresh"], ["refresh", "--json"], ["status"], ["recover", "tiktok/a"], ["tiktok/b"]]) {
      const { stdout, stderr } = await home.run(["auth", ...args]);
      for (const sentinel of sentinels(home)) expect(stdout + stderr).not.toContain(sentinel);
    }
  });
});
