import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { account, noExim, startExim, type Exim } from "tokenward-counterparts/smtp";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AlertReceiver } from "./harness/alert-receiver.ts";
import { run, runJson, start, type Finished } from "./harness/cli.ts";
import { importConsent, type GrantWish } from "./harness/platforms.ts";
import { setScene, type Scene } from "./harness/scene.ts";
import { createWorkspace } from "./harness/workspace.ts";
import type { ReportDocument } from "./harness/status-document.ts";

interface Report extends ReportDocument {
  readonly notifiers: readonly {
    readonly notifier: string;
    readonly delivered: number;
    readonly waiting: number;
    readonly alert: boolean;
    readonly code: string | null;
    readonly detail: string;
  }[];
  readonly installation: readonly { readonly detail: string }[];
}

const address = "hooks/5ecr3tPathOfTheWebhook";
const pagerdutyKey = "R0123456789abcdefR0123456789abcd";

let receiver: AlertReceiver;
let scene: Scene;
beforeEach(async () => {
  receiver = await AlertReceiver.start();
});
afterEach(async () => {
  await scene.close();
  await receiver.close();
});

/** A machine whose alerts go to the receiver; `more` is beside the webhook. */
async function machine(wishes: readonly GrantWish[], more: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const alerts = { backend: "webhook", webhook: { url: "${ALERT_WEBHOOK_URL}", allow_private: true }, ...more };
  const workspace = await createWorkspace();
  scene = await setScene(wishes, { auth: { alerts } }, { ...workspace, env: { ...workspace.env, ...env() } });
}

let smtpPassword = account.password;

/** What lets a process see a clock that is ahead by so many minutes. */
function later(minutes: number): Readonly<Record<string, string>> {
  const preload = new URL("./harness/clock-ahead.mjs", import.meta.url).href;
  return { NODE_OPTIONS: `--import=${preload}`, CLOCK_AHEAD_MS: String(minutes * 60_000) };
}

const env = (): Readonly<Record<string, string>> => ({
  ALERT_WEBHOOK_URL: receiver.url(address),
  HEARTBEAT_URL: receiver.url("ping/5ecr3tPing"),
  PD_KEY: pagerdutyKey,
  SMTP_PASSWORD: smtpPassword,
});

async function refresh(selection = "all"): Promise<Finished & { readonly document: Report }> {
  return await runJson<Report>(scene.workspace, ["auth", "refresh", selection], { env: env() });
}

async function alerts(): Promise<
  Finished & {
    readonly document: { readonly alerts: readonly Record<string, unknown>[]; readonly waiting: readonly unknown[] };
  }
> {
  return await runJson(scene.workspace, ["alerts", "list"], { env: env() });
}

const brands = (count: number): readonly GrantWish[] =>
  Array.from({ length: count }, (_, index) => ({
    platform: "youtube",
    account: `brand-${String(index).padStart(2, "0")}`,
  }));

const down = { answer: { status: 503, body: "down", retryAfter: 3600 } } as const;

describe("an incident, over processes of their own", () => {
  it("is told when it opens, with the command; not again; and when a human has mended it", async () => {
    await machine([{ platform: "tiktok" }, { platform: "youtube" }]);
    await scene.sandbox.control.revoke(scene.grant("tiktok").consent.grantId);
    expect((await refresh()).code).toBe(1);
    expect(receiver.taken).toMatchObject([
      {
        edge: "opened",
        severity: "critical",
        subject: "tiktok",
        condition: "reauth-due",
        text: "TikTok needs a new consent — run `tokenward auth tiktok`",
        command: "tokenward auth tiktok",
      },
    ]);
    receiver.news();
    expect((await refresh()).code).toBe(1);
    expect((await refresh("youtube")).code).toBe(0);
    expect(receiver.news()).toEqual([]);
    const listed = await alerts();
    expect(listed.code).toBe(1);
    expect(listed.document.alerts).toMatchObject([
      { subject: "tiktok", severity: "critical", told: ["webhook"], command: "tokenward auth tiktok", members: [] },
    ]);

    const consent = await scene.sandbox.control.regrant(scene.grant("tiktok").consent.grantId);
    await importConsent({ ...scene.workspace, env: { ...scene.workspace.env, ...env() } }, "tiktok", consent);
    expect(receiver.news()).toEqual(["resolved critical tiktok reauth-due"]);
    expect((await refresh()).code).toBe(0);
    expect(receiver.news()).toEqual([]);
    expect(await alerts()).toMatchObject({ code: 0, document: { alerts: [], waiting: [] } });
  });

  it("is one where a whole platform is down: one alert with the list, one when it is back", async () => {
    await machine([...brands(12), { platform: "tiktok" }]);
    await scene.sandbox.control.fault({ match: { platform: "youtube", endpoint: "token" }, when: "always", ...down });
    const { code, document } = await refresh();
    expect(code).toBe(1);
    expect(document.statuses.filter(({ alert }) => alert)).toHaveLength(12);
    expect(receiver.taken).toHaveLength(1);
    expect(receiver.taken[0]).toMatchObject({
      edge: "opened",
      severity: "warn",
      subject: "platform youtube",
      text: "12 YouTube grants could not be refreshed — run `tokenward auth refresh youtube`",
      members_total: 12,
    });
    receiver.news();
    await refresh();
    expect(receiver.news()).toEqual([]);
    const table = (await run(scene.workspace, ["alerts", "list"], { env: env() })).stdout;
    expect(table).toContain("platform youtube");
    expect(table).toContain("(youtube/brand-00, youtube/brand-01");
    await scene.sandbox.control.clearFaults();
    expect((await refresh()).code).toBe(0);
    expect(receiver.news()).toEqual(["resolved warn platform youtube refresh-failed"]);
  });

  it("is repeated with the same id only where the process died between acceptance and record", async () => {
    await machine([{ platform: "tiktok" }]);
    await scene.sandbox.control.revoke(scene.grant().consent.grantId);
    const dying = start(scene.workspace, ["auth", "refresh"], { env: env() });
    receiver.react = () => () => dying.process.kill("SIGKILL");
    expect((await dying.finished).signal).toBe("SIGKILL");
    receiver.react = () => ({ status: 204 });
    await refresh();
    await refresh();
    expect(receiver.taken).toHaveLength(2);
    expect(receiver.taken[1]).toEqual(receiver.taken[0]);
  });

  it("is told by the next run where the process died before anybody was told", async () => {
    await machine([{ platform: "tiktok" }]);
    await scene.sandbox.control.revoke(scene.grant().consent.grantId);
    const killed = await run(scene.workspace, ["auth", "refresh"], {
      env: env(),
      at: { event: "release:end", signal: "SIGKILL" },
    });
    expect(killed.signal).toBe("SIGKILL");
    expect(receiver.taken).toEqual([]);
    await scene.sandbox.control.clearFaults();
    await refresh();
    expect(receiver.news()).toEqual(["opened critical tiktok reauth-due"]);
  });
});

describe("a notifier that fails", () => {
  it("is one clear sentence; the refresh is unharmed, the exit code tells, and the message waits", async () => {
    await machine([{ platform: "tiktok" }, { platform: "crm" }]);
    await scene.sandbox.control.revoke(scene.grant("crm").consent.grantId);
    receiver.react = () => ({ status: 404, body: `no hook at /${address}` });
    const { code, document, stderr, stdout } = await refresh();
    expect(code).toBe(1);
    expect(document.statuses.find(({ platform }) => platform === "tiktok")).toMatchObject({
      action: "rotated",
      alert: false,
    });
    expect(document.notifiers).toMatchObject([
      { notifier: "webhook", delivered: 0, waiting: 1, alert: true, code: "ERR_NOTIFIER_REFUSED" },
    ]);
    expect(stderr).toContain(
      "The notifier webhook could not deliver, and trying again will not help: nothing is behind its address any more (404).",
    );
    expect(stderr + stdout).not.toContain("5ecr3t");
    receiver.react = () => ({ status: 204 });
    const test = await run(scene.workspace, ["alerts", "test"], { env: env() });
    expect(test).toMatchObject({ code: 0 });
    expect(receiver.news()).toEqual(["opened warn installation test", "resolved warn installation test"]);
  });

  it("of a recovery, when all grants are well, still makes the exit code 1: somebody may believe the worst", async () => {
    await machine([{ platform: "crm" }]);
    await scene.sandbox.control.fault({ match: { platform: "crm", endpoint: "token" }, when: "next", ...down });
    expect((await refresh()).code).toBe(1);
    receiver.react = () => ({ status: 410 });
    const { code, document } = await refresh();
    expect(document.statuses.every(({ alert }) => !alert)).toBe(true);
    expect(document.alert).toBe(true);
    expect(code).toBe(1);
  });

  it("is told of through the others; a rejected PagerDuty key and a refused login are one sentence each", async () => {
    await machine([{ platform: "crm" }], {
      backend: ["webhook", "pagerduty", "smtp"],
      pagerduty: { routing_key: "${PD_KEY}", url: receiver.url("v2/enqueue/pagerduty") },
      smtp: { host: "127.0.0.1", port: 1, tls: "none", from: "tokenward@example.com", to: ["ops@example.com"] },
    });
    await scene.sandbox.control.revoke(scene.grant().consent.grantId);
    const key = pagerdutyKey;
    const original = receiver.react;
    receiver.react = (message) => (message === undefined ? { status: 400, body: key } : original(message));
    const { code, stderr, stdout, document } = await runJson<Report>(scene.workspace, ["auth", "refresh"], {
      env: { ...env(), PD_KEY: key },
    });
    expect(code).toBe(1);
    expect(document.notifiers.map(({ notifier, code: reason }) => [notifier, reason])).toEqual([
      ["webhook", null],
      ["pagerduty", "ERR_NOTIFIER_REFUSED"],
      ["smtp", "ERR_NOTIFIER_UNAVAILABLE"],
    ]);
    expect(receiver.news().toSorted()).toEqual([
      "opened critical crm reauth-due",
      "opened page notifier pagerduty notifier-failing",
      "opened warn notifier smtp notifier-failing",
    ]);
    expect(stderr + stdout).not.toContain(key);
  });
});

const noMail = noExim();
describe.skipIf(noMail !== undefined)(
  `a real mail server${noMail === undefined ? "" : ` (skipped: ${noMail})`}`,
  () => {
    let exim: Exim;
    beforeAll(async () => {
      exim = await startExim();
    });
    afterAll(async () => await exim.close());

    const mail = () => ({
      backend: ["smtp"],
      webhook: undefined,
      smtp: {
        host: "localhost",
        port: exim.port,
        user: account.user,
        password: "${SMTP_PASSWORD}",
        from: "tokenward@example.com",
        to: ["ops@example.com"],
        ca_file: exim.certificateFile,
      },
    });

    it("takes the mail; refuses a wrong password in one sentence, the refresh unharmed, and gets the mail later", async () => {
      smtpPassword = "wr0ng-passw0rd-of-nobody";
      await machine([{ platform: "tiktok" }, { platform: "crm" }], mail());
      await scene.sandbox.control.revoke(scene.grant("crm").consent.grantId);
      const refused = await refresh();
      expect(refused.code).toBe(1);
      expect(refused.document.statuses.find(({ platform }) => platform === "tiktok")).toMatchObject({
        action: "rotated",
      });
      expect(refused.document.notifiers).toMatchObject([
        { notifier: "smtp", waiting: 1, code: "ERR_NOTIFIER_REFUSED" },
      ]);
      expect(refused.stderr).toContain("trying again will not help: the mail server refused the login (535");
      expect(refused.stderr + refused.stdout).not.toContain("wr0ng");

      smtpPassword = account.password;
      const soon = { ...env(), ...later(2) };
      expect(
        (await runJson<Report>(scene.workspace, ["auth", "refresh", "crm"], { env: soon })).document.notifiers,
      ).toMatchObject([{ notifier: "smtp", delivered: 1, waiting: 0, alert: false }]);
      const [raw = ""] = await exim.mails("ops", 1);
      expect(raw).toContain("Subject: [Tokenward] crm: needs a new consent");
      expect(raw).toContain("tokenward auth crm");
    });
  },
);

describe("without a memory", () => {
  it("every run of a job whose disk is gone tells what it finds, once per cause", async () => {
    await machine(brands(5));
    await scene.sandbox.control.fault({ match: { platform: "youtube", endpoint: "token" }, when: "always", ...down });
    for (let job = 0; job < 2; job++) {
      const state = path.join(scene.workspace.folder, `state-${job}`);
      await mkdir(state);
      const { code } = await run(scene.workspace, ["auth", "refresh"], {
        env: { ...env(), CI: "true", TOKENWARD_STATE_DIR: state },
      });
      expect(code).toBe(1);
      expect(receiver.news()).toEqual(["opened warn platform youtube refresh-failed"]);
    }
  });

  it("a state that cannot be used is an alert of every run, and never none", async () => {
    await machine([{ platform: "tiktok" }, { platform: "youtube" }]);
    await writeFile(
      path.join(scene.workspace.stateFolder, "state.db"),
      "This is no database, and was never one. ".repeat(200),
    );
    for (let round = 0; round < 2; round++) {
      expect((await refresh()).code).not.toBe(0);
      expect(receiver.news()).toEqual(["opened page installation state-lost"]);
    }
  });

  it("a state that was lost is said once, with what it means", async () => {
    await machine([{ platform: "tiktok" }, { platform: "youtube" }]);
    await refresh();
    const other = path.join(scene.workspace.folder, "another-state");
    const moved = { env: { ...env(), TOKENWARD_STATE_DIR: other } };
    const first = await runJson<Report>(scene.workspace, ["auth", "refresh"], moved);
    expect(first.code).toBe(1);
    expect(first.document.statuses.map(({ action, alert }) => [action, alert])).toEqual([
      ["rotated", false],
      ["healthy", false],
    ]);
    expect(first.document.installation).toHaveLength(1);
    expect(receiver.news()).toEqual(["opened warn installation state-lost"]);
    expect((await runJson<Report>(scene.workspace, ["auth", "refresh"], moved)).code).toBe(0);
    expect(receiver.news()).toEqual(["resolved warn installation state-lost"]);
  });
});

describe("a heartbeat", () => {
  it("says that a run began and how it ended; a dry run says nothing, and tells nobody", async () => {
    await machine([{ platform: "crm" }], { heartbeat: { url: "${HEARTBEAT_URL}", allow_private: true } });
    const pings = (): readonly string[] => receiver.asked.splice(0).filter((line) => line.startsWith("GET"));
    expect((await refresh()).code).toBe(0);
    expect(pings()).toEqual(["GET /ping/5ecr3tPing/start", "GET /ping/5ecr3tPing"]);
    await scene.sandbox.control.revoke(scene.grant().consent.grantId);
    await run(scene.workspace, ["auth", "refresh", "--dry-run"], { env: env() });
    await run(scene.workspace, ["auth", "status"], { env: env() });
    expect(receiver.asked).toEqual([]);
    expect((await refresh()).code).toBe(1);
    expect(pings()).toEqual(["GET /ping/5ecr3tPing/start", "GET /ping/5ecr3tPing/fail"]);
  });
});

describe("a report", () => {
  it("for people and for pipelines is written whole, and no token is in it", async () => {
    await machine([{ platform: "tiktok" }, { platform: "crm" }]);
    await scene.sandbox.control.revoke(scene.grant("crm").consent.grantId);
    const args = ["auth", "refresh", "--report", "html=tokens.html", "--report", "junit=tokens.xml"];
    const { code } = await run(scene.workspace, args, { env: env() });
    expect(code).toBe(1);
    const [html, xml] = await Promise.all(
      ["tokens.html", "tokens.xml"].map(
        async (file) => await readFile(path.join(scene.workspace.folder, file), "utf8"),
      ),
    );
    expect(html).toContain("tokenward auth crm");
    expect(xml).toMatch(/<testsuite [^>]*failures="1"/);
    for (const { consent } of scene.grants) {
      for (const token of [consent.refreshToken, consent.accessToken]) expect(`${html}${xml}`).not.toContain(token);
    }
  });

  it("that cannot be written where it is wanted is said before anything is refreshed", async () => {
    await machine([{ platform: "tiktok" }]);
    const before = await scene.counts();
    const { code, stderr } = await run(scene.workspace, ["auth", "refresh", "--report", "html=nowhere/x.html"], {
      env: env(),
    });
    expect(code).toBe(2);
    expect(stderr).toContain("The report cannot be written to nowhere/x.html");
    expect((await run(scene.workspace, ["auth", "refresh", "--report", "pdf=x"], { env: env() })).code).toBe(2);
    expect(await scene.counts()).toEqual(before);
  });
});

it("no token stands in any message that was ever sent", async () => {
  await machine([{ platform: "tiktok" }, { platform: "crm" }, ...brands(3)]);
  await scene.sandbox.control.fault({ when: "always", echo: true, answer: { status: 500, body: "{{refresh_token}}" } });
  await refresh();
  await scene.sandbox.control.clearFaults();
  await refresh();
  expect(receiver.wire.length).toBeGreaterThan(2);
  const sent = receiver.wire.map((text) => text.slice(text.indexOf("\n"))).join("\n");
  for (const { consent } of scene.grants) {
    for (const token of [consent.refreshToken, consent.accessToken, consent.clientSecret]) {
      if (token !== undefined && token !== "") expect(sent).not.toContain(token);
    }
  }
  expect(sent).not.toContain("5ecr3t");
});
