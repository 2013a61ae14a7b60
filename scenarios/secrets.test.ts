import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FaultEffects } from "@tokenward/sandbox";
import { malformedAnswers } from "@tokenward/testing";
import { runJson, startWatched } from "./harness/cli.ts";
import type { FleetMember } from "./harness/grant-fleet.ts";
import { commandLines } from "./harness/leak-watch.ts";
import { tokenJson } from "./harness/platforms.ts";
import { createSecretMachine, type SecretMachine } from "./harness/secret-machine.ts";
import { formsOf } from "./harness/sentinels.ts";
import type { ReportDocument } from "./harness/status-document.ts";

const html = "<!doctype html><html><body>Bad Gateway</body></html>";

/** What goes wrong at a platform. Every answer repeats the presented secrets in headers and body. */
const mishaps: Readonly<Record<string, FaultEffects>> = {
  "a dead token": { refuse: { error: "invalid_grant" } },
  "a wrong client": { refuse: { error: "invalid_client" } },
  "a bad request": { refuse: { error: "invalid_request" } },
  "an error that nobody knows": { refuse: { error: "some_new_error" } },
  "a 429": { answer: { status: 429, body: { error: "slow_down" }, retryAfter: 0 } },
  "a 500": { answer: { status: 500, body: { error: "server_error" } } },
  "a 500 in HTML": { answer: { status: 500, body: html } },
  "a 502 in HTML": { answer: { status: 502, body: html } },
  "a 200 in HTML": { answer: { status: 200, body: html } },
  "a 503 with a date": { answer: { status: 503, body: html, retryAfter: { httpDateIn: 1 } } },
  "a 404": { answer: { status: 404, body: { message: "no such page" } } },
  "a redirect": { answer: { status: 302, headers: { location: "https://elsewhere.example/" }, body: "" } },
  "a connection that breaks before": { drop: "before" },
  "a connection that breaks afterwards": { drop: "after" },
  "a connection that breaks within": { drop: { afterBytes: 200 } },
  "a connection that ends": { drop: "after", dropHow: "close" },
  "no answer at all": { hang: "after" },
};
const full = process.env["TOKENWARD_SCALE"] === "full" || process.env["TOKENWARD_SCALE"] === "soak";
const odd = malformedAnswers.filter(
  ({ expect: { complaint, refused } }, index) => complaint && (full || refused !== undefined || index % 4 === 0),
);
const killPoints = full
  ? ["lease:end", "intent:end", "send:end", "answer:end", "save:start", "save:end", "close:end"]
  : ["intent:end", "answer:end", "save:end"];

describe("secrets", () => {
  let machine: SecretMachine;
  /** Grants that nothing bad happens to. */
  let spared: { readonly tiktok: FleetMember; readonly crm: readonly FleetMember[] };

  beforeAll(async () => {
    const many = Object.keys(mishaps).length;
    machine = await createSecretMachine({ tiktok: many + 1, youtube: 2, crm: odd.length + 4, query: many });
    spared = { tiktok: machine.members("tiktok").at(-1) as FleetMember, crm: machine.members("crm").slice(-4) };
  }, 120_000);
  afterAll(async () => {
    await machine.dispose();
  });

  it("would be found in every form, in part, across lines and in files; and the sandbox does repeat them", async () => {
    const { sandbox, sentinels, clientSecret, workspace, members } = machine;
    for (const [form, text] of formsOf(clientSecret)) {
      expect(sentinels.in(`before${text}behind`), form).not.toEqual([]);
      const half = text.slice(0, Math.ceil(text.length / 2));
      expect(sentinels.inPrinted(`a ${half.slice(0, 5)}\n   ${half.slice(5)} b`), form).not.toEqual([]);
    }
    const file = path.join(workspace.folder, "tmp", "forgotten");
    await writeFile(file, Buffer.from(`{"client_secret":"${clientSecret}"}`).toString("base64"));
    expect((await machine.onDisk()).length).toBeGreaterThan(0);
    await rm(file);

    const { consent } = members("crm")[0] as FleetMember;
    const fault = await sandbox.control.fault({ echo: true, answer: { status: 500, body: html } });
    const body = new URLSearchParams({ refresh_token: consent.refreshToken, client_secret: clientSecret });
    const response = await fetch(consent.tokenUrl, { method: "POST", body });
    await sandbox.control.clearFaults(fault);
    expect(sentinels.in(await response.text()).length).toBeGreaterThan(5);
    expect(sentinels.in(JSON.stringify([...response.headers])).length).toBeGreaterThan(5);
  });

  it("stay inside in good weather, whatever the command", async () => {
    const { name } = spared.tiktok;
    for (const [args, code] of [
      [["--version"], 0],
      [["--help"], 0],
      [["auth", "refresh", "--help"], 0],
      [["config", "check"], 0],
      [["config", "check", "--json"], 0],
      [["plugins", "list"], 0],
      [["plugins", "list", "--json"], 0],
      [["auth", "status"], 0],
      [["auth", "status", "--json"], 0],
      [["auth", "refresh", "all", "--dry-run"], 0],
      [["auth", "refresh", "tiktok"], 0],
      [["auth", "refresh", name, "--json"], 0],
      [["auth", "recover", name], 0],
      [["auth", name], 1],
      [["auth", name, "--json"], 1],
    ] as const) {
      const finished = await machine.run(args);
      expect(finished.code, `${args.join(" ")}\n${finished.stderr}`).toBe(code);
    }
    expect(machine.watch.takeLeaks()).toEqual([]);
  });

  it("are in no argument, and the environment of a process is what it was given", async (context) => {
    if (process.platform !== "linux") context.skip("needs /proc to see what other processes were given");
    const { sandbox, workspace, env } = machine;
    const member = spared.crm[0] as FleetMember;
    const barrier = await sandbox.control.barrier({ match: { account: member.consent.account } });
    const running = startWatched(workspace, ["auth", "refresh", member.name], { env });
    await sandbox.control.held(barrier, 1);
    const lines = await commandLines();
    expect(lines.filter((line) => line.includes(`\0refresh\0${member.name}`))).toHaveLength(1);
    await machine.watch.lookAtArguments();
    const given = Object.entries({ ...workspace.env, ...env, STEP_EVENTS_FD: "3" }).map(
      ([key, value]) => `${key}=${value}`,
    );
    const environment = await readFile(`/proc/${String(running.process.pid)}/environ`, "utf8");
    expect(environment.split("\0").filter((line) => line !== "" && !given.includes(line))).toEqual([]);
    await sandbox.control.release(barrier);
    expect((await running.finished).code).toBe(0);
    expect(machine.watch.takeLeaks()).toEqual([]);
  });

  it.each(killPoints)("lie open in no file when a process is killed at %s", async (event) => {
    const { workspace, env } = machine;
    const { name, consent } = spared.crm[1] as FleetMember;
    const args = ["auth", "refresh", name];
    const killed = await startWatched(workspace, args, { env, at: { event, signal: "SIGKILL" } }).finished;
    expect(killed.signal).toBe("SIGKILL");
    expect(await machine.onDisk()).toEqual([]);
    // What was answered is finished by the next process. What is in doubt ends with a human's new consent.
    await machine.run([...args, "--json"]);
    if (event === "intent:end" || event === "send:end") {
      const again = await machine.sandbox.control.regrant(consent.grantId);
      machine.sentinels.add("refresh token", again.refreshToken);
      machine.sentinels.add("access token", again.accessToken);
      expect((await machine.run(["auth", "import", name], { input: tokenJson(again) })).code).toBe(0);
    }
    expect((await machine.run(args)).code).toBe(0);
    expect(machine.watch.takeLeaks()).toEqual([]);
  });

  it("stay inside whatever a platform answers, and whatever is asked afterwards", async () => {
    const { sandbox, workspace, env } = machine;
    const arm = async (member: FleetMember | undefined, effects: FaultEffects): Promise<void> => {
      const match = { account: member?.consent.account, endpoint: "token" as const };
      await sandbox.control.fault({ match, when: "always", echo: true, ...effects });
    };
    for (const [index, effects] of Object.values(mishaps).entries()) {
      await arm(machine.members("tiktok")[index], effects);
      // Where resending is safe, a hanging endpoint only makes the test wait.
      await arm(machine.members("query")[index], effects.hang === undefined ? effects : { drop: "after" });
    }
    for (const [index, { template }] of odd.entries()) await arm(machine.members("crm")[index], { rewrite: template });

    const refreshed = await machine.run(["auth", "refresh", "all"]);
    expect(refreshed.code).toBe(1);
    for (const args of [
      ["auth", "status"],
      ["auth", "status", "--json"],
      ["auth", "refresh", "--dry-run"],
      ["auth", "refresh", "tiktok", "--json"],
      ["auth", "refresh", "crm"],
    ]) {
      expect((await machine.run(args)).code, args.join(" ")).toBe(1);
    }
    const doubtful = machine.members("tiktok")[Object.keys(mishaps).indexOf("a 502 in HTML")]?.name ?? "";
    for (const more of [[], ["--json"], ["--retry-once"]]) {
      expect((await machine.run(["auth", "recover", doubtful, ...more])).code).toBe(1);
    }
    const { document } = await runJson<ReportDocument>(workspace, ["auth", "status"], { env });
    const codes = new Set(document.statuses.map(({ code }) => code));
    expect([...codes]).toEqual(expect.arrayContaining([null, "ERR_AUTH_REAUTH_REQUIRED", "ERR_AUTH_IN_DOUBT"]));
    expect(refreshed.stdout).toContain("ERR_AUTH_CLIENT_REJECTED");
    expect(refreshed.stdout).toContain("ERR_AUTH_THROTTLED");
    expect(refreshed.stdout).toContain("ERR_AUTH_PLATFORM_UNAVAILABLE");
    expect(machine.watch.takeLeaks()).toEqual([]);
  });

  it("lie open in no file of the whole machine, after everything", async () => {
    expect(machine.sentinels.count).toBeGreaterThan(200);
    expect(machine.watch.processes).toBeGreaterThan(25);
    expect(await machine.onDisk()).toEqual([]);
    // The one file that is excepted holds its own key and nothing else.
    const identity = await readFile(machine.workspace.identityFile, "utf8");
    expect(machine.sentinels.in(identity).filter((hit) => !hit.startsWith("age identity"))).toEqual([]);
  });
});
