import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  memoryState,
  secret,
  type Engine,
  type EngineOptions,
  type GrantState,
  type RefreshStatus,
} from "@tokenward/core";
import { createSandbox, oauth2Platform, type Sandbox } from "@tokenward/sandbox";
import { memoryWriteBack, type MemoryWriteBack } from "@tokenward/testing";
import { groundGrant, hastyClock, machine, type GroundGrant } from "../harness/engine-ground.ts";

let sandbox: Sandbox;
let writeBack: MemoryWriteBack;
let grant: GroundGrant;
let folder: string;
let identity: string;
let recipient: string;
beforeEach(async () => {
  sandbox = await createSandbox({ platforms: [oauth2Platform({ name: "strict" })] });
  writeBack = memoryWriteBack();
  grant = await groundGrant(sandbox, "strict", { writeBack });
  folder = mkdtempSync(path.join(tmpdir(), "tokenward-capsules-"));
  identity = await generateX25519Identity();
  recipient = await identityToRecipient(identity);
});
afterEach(async () => {
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

const lasting = (): GrantState => ({ ...memoryState(), traits: { ephemeral: false, shared: false } });
const current = async (): Promise<string | undefined> =>
  await sandbox.control.currentRefreshToken(grant.consent.grantId);

/** A run whose save fails; what it printed, and the one file that it left. */
async function unsaved(options: Partial<EngineOptions> = {}): Promise<{ log: string; file: string; detail: string }> {
  const notes: string[] = [];
  const engine = machine({
    clock: hastyClock(),
    recoveryRecipients: [recipient],
    recoveryFolder: folder,
    note: (line) => notes.push(line),
    ...options,
  });
  writeBack.failNext("save", new Error("503"), 4);
  const status = await engine.refresh(grant.plan);
  expect(status).toMatchObject({ action: "failed", severity: "critical", code: "ERR_WRITEBACK_SAVE_FAILED" });
  const [name = ""] = readdirSync(folder);
  return { log: notes.join("\n"), file: path.join(folder, name), detail: status.detail };
}

async function deliver(engine: Engine, content: string, key: string = identity): Promise<RefreshStatus> {
  const capsules = await engine.openCapsules(Buffer.from(content), "log", {
    source: "key.txt",
    text: `# mine\n${key}\n`,
  });
  expect(capsules).toHaveLength(1);
  const [capsule] = capsules;
  if (capsule === undefined) throw new Error("no capsule");
  return await engine.deliverCapsule(grant.plan, capsule);
}

describe("a recovery capsule", () => {
  it("is in a file of this user's and in the log, without a secret; the failed save names file and command", async () => {
    const { log, file, detail } = await unsaved();
    expect(path.basename(file)).toMatch(/^strict\.generation-2\.[0-9a-f]{8}\.age$/);
    if (process.platform !== "win32") expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(detail).toContain(file);
    expect(detail).toContain(`tokenward auth recover --capsule ${JSON.stringify(file)}`);
    expect(log).toContain("-----BEGIN AGE ENCRYPTED FILE-----");
    for (const text of [log, readFileSync(file, "utf8"), detail]) expect(text).not.toContain((await current()) ?? "");
  });

  it("is made once for one token, however often its delivery fails", async () => {
    const state = lasting();
    const { file } = await unsaved({ state });
    const before = readFileSync(file, "utf8");
    await unsaved({ state });
    expect(readdirSync(folder)).toEqual([path.basename(file)]);
    expect(readFileSync(file, "utf8")).toBe(before);
  });

  it("is delivered on another machine, once, and the grant goes on from there", async () => {
    const { file } = await unsaved();
    const clock = hastyClock();
    clock.pass(60_000);
    const engine = machine({ state: lasting(), clock });
    const status = await deliver(engine, readFileSync(file, "utf8"));
    expect(status).toMatchObject({ action: "healthy", alert: false });
    expect(writeBack.stored("strict")).toMatchObject({ generation: 2, claim: undefined });
    expect(grant.refreshToken()).toBe(await current());
    const again = await deliver(engine, readFileSync(file, "utf8"));
    expect(again).toMatchObject({ action: "skipped", alert: false });
    expect(again.detail).toContain("Already delivered");
    expect(await engine.refresh(grant.plan)).toMatchObject({ action: "rotated" });
    const late = await deliver(engine, readFileSync(file, "utf8"));
    expect(late).toMatchObject({ action: "failed", code: "ERR_AUTH_CAPSULE_OLDER" });
    expect(await deliver(machine(), readFileSync(file, "utf8"))).toMatchObject({ code: "ERR_AUTH_CAPSULE_OLDER" });
    expect(grant.refreshToken()).toBe(await current());
    expect(await sandbox.control.counts()).toMatchObject({ requests: 2, replays: 0 });
  });

  it("closes the journal of the machine that made it, and marks the replaced token as spent", async () => {
    const state = lasting();
    const { file } = await unsaved({ state });
    const old = { ...writeBack.stored("strict"), id: "strict", platform: "strict", claim: undefined };
    const engine = machine({ state });
    expect(await deliver(engine, readFileSync(file, "utf8"))).toMatchObject({ action: "healthy" });
    const seen = await state.peek("memory:test#strict");
    expect(seen.open).toBeUndefined();
    expect(seen.last?.generation).toBe(2);
    // The old token comes back: it is known, and the newest one is put in its place.
    writeBack.put(old);
    expect(await engine.refresh(grant.plan)).toMatchObject({ alert: false });
    expect(await sandbox.control.counts()).toMatchObject({ replays: 0, revocations: 0 });
  });

  it("ends the doubt of a machine that found only the claim of one that is gone", async () => {
    const { log } = await unsaved();
    const clock = hastyClock();
    clock.pass(3_600_000);
    const engine = machine({ state: lasting(), clock });
    expect(await engine.refresh(grant.plan)).toMatchObject({ code: "ERR_AUTH_CLAIMED" });
    expect(await deliver(engine, log)).toMatchObject({ action: "healthy", alert: false });
    expect(await engine.refresh(grant.plan)).toMatchObject({ action: "rotated" });
  });

  it.each([
    [
      "colours, times and names before each line",
      (line: string) => `\u001B[2m2026-11-23T03:04:05.6789Z\u001B[0m 01E job | ${line}`,
    ],
    ["another program's line between each two", (line: string) => `${line}\nfetching origin`],
    ["carriage returns", (line: string) => `${line}\r`],
    ["GitHub's times", (line: string) => `2026-11-23T03:04:05.6789012Z ${line}`],
    ["GitLab's times and streams", (line: string) => `2026-11-23T03:04:05.678901Z 01E ${line}`],
    [
      "GitLab's lines in two pieces",
      (line: string) =>
        `2026-11-23T03:04:05.678901Z 01E ${line.slice(0, 20)}\n2026-11-23T03:04:05.678999Z 01E+${line.slice(20)}`,
    ],
    ["gh's job and step", (line: string) => `refresh\tRun tokenward\t2026-11-23T03:04:05.6789012Z ${line}`],
    ["the names of containers", (line: string) => `tokenward-1  | ${line}`],
    ["the fields of a system's journal", (line: string) => `Nov 23 03:04:05 host tokenward[812]: ${line}`],
  ])("is read from a log with %s", async (_, change) => {
    const { log } = await unsaved();
    const text = log.split("\n").map(change).join("\n");
    expect(await deliver(machine(), `Running with runner 18\n${text}\nCleaning up\n`)).toMatchObject({ alert: false });
    expect(grant.refreshToken()).toBe(await current());
  });

  it("is read where a narrow terminal broke its lines, and from a log of JSON lines", async () => {
    const { log } = await unsaved();
    const narrow = log.replaceAll(/([A-Za-z0-9+/=]{40})(?=[A-Za-z0-9+/=])/g, "$1\n");
    for (const text of [narrow, JSON.stringify({ msg: log })]) {
      expect(await machine().openCapsules(Buffer.from(text), "log", { source: "k", text: identity })).toHaveLength(1);
    }
  });

  it("is found among other blocks, and the ones that cannot be opened are told", async () => {
    const { file } = await unsaved();
    const whole = readFileSync(file, "utf8");
    const damaged = whole.split("\n").toSpliced(6, 3).join("\n");
    const notes: string[] = [];
    const engine = machine({ note: (line) => notes.push(line) });
    const log = Buffer.from(`${damaged}\nbetween\n${whole}\n${whole}`);
    const capsules = await engine.openCapsules(log, "job.log", { source: "key.txt", text: identity });
    expect(capsules).toHaveLength(1);
    expect(notes).toEqual([expect.stringContaining("No recovery capsule could be read from job.log")]);
  });

  it("is the newest of those for one grant", async () => {
    const first = await unsaved();
    const engine = machine();
    expect(await deliver(engine, first.log)).toMatchObject({ action: "healthy" });
    const second = await unsaved();
    const log = `${second.log}\n${first.log}`;
    const capsules = await engine.openCapsules(Buffer.from(log), "log", { source: "key.txt", text: identity });
    expect(capsules.map(({ grant: { generation } }) => generation)).toEqual([3]);
    expect(await deliver(engine, log)).toMatchObject({ action: "healthy" });
    expect(grant.refreshToken()).toBe(await current());
  });

  it("is not spent on a place that is gone with the run", async () => {
    const { file } = await unsaved();
    const engine = machine();
    const text = readFileSync(file, "utf8");
    const [capsule] = await engine.openCapsules(Buffer.from(text), "log", { source: "k", text: identity });
    if (capsule === undefined) throw new Error("no capsule");
    const passing = { ...writeBack, traits: { ...writeBack.traits, outlivesRun: false } };
    const status = await engine.deliverCapsule({ ...grant.plan, writeBack: passing }, capsule);
    expect(status).toMatchObject({ action: "failed", code: "ERR_WRITEBACK_UNWRITABLE", judged: false });
    expect(status.detail).toContain("Keep the capsule");
    expect(await deliver(engine, text)).toMatchObject({ action: "healthy" });
  });

  it("is refused where it is cut off, changed, none at all, or sealed for somebody else", async () => {
    const { file } = await unsaved();
    const text = readFileSync(file, "utf8");
    const lines = text.split("\n");
    const engine = machine();
    const key = { source: "key.txt", text: identity };
    const open = async (content: string, given = key) => await engine.openCapsules(Buffer.from(content), "log", given);
    await expect(open("nothing here")).rejects.toMatchObject({ code: "ERR_AUTH_CAPSULE_UNREADABLE" });
    await expect(open(lines.toSpliced(6, 3).join("\n"))).rejects.toMatchObject({ code: "ERR_AUTH_CAPSULE_UNREADABLE" });
    await expect(open(lines.slice(0, -3).join("\n"))).rejects.toMatchObject({ code: "ERR_AUTH_CAPSULE_UNREADABLE" });
    const other = { source: "other.txt", text: await generateX25519Identity() };
    await expect(open(text, other)).rejects.toMatchObject({ code: "ERR_AUTH_CAPSULE_IDENTITY" });
    await expect(open(text, { source: "x", text: "not a key" })).rejects.toMatchObject({
      code: "ERR_STATE_IDENTITY_INVALID",
    });
  });

  it("does not replace a newer consent, a newer token, or a tombstone", async () => {
    const { log } = await unsaved();
    const clock = hastyClock();
    clock.pass(60_000);
    const consent = await sandbox.control.consent("strict");
    await machine({ clock }).importGrant(grant.plan, { refreshToken: secret(consent.refreshToken) });
    expect(await deliver(machine(), log)).toMatchObject({ action: "failed", code: "ERR_AUTH_CAPSULE_OLDER" });
    expect(grant.refreshToken()).toBe(consent.refreshToken);
    await machine().forgetGrant(grant.plan);
    expect(await deliver(machine(), log)).toMatchObject({ code: "ERR_AUTH_RETIRED" });
  });

  it("names both places where the grant is kept in another one than it was made for", async () => {
    const { log } = await unsaved();
    const engine = machine();
    const [capsule] = await engine.openCapsules(Buffer.from(log), "log", { source: "k", text: identity });
    if (capsule === undefined) throw new Error("no capsule");
    const plan = { ...grant.plan, writeBack: memoryWriteBack({ name: "elsewhere" }) };
    const status = await engine.deliverCapsule(plan, capsule);
    expect(status).toMatchObject({ action: "failed", code: "ERR_AUTH_CAPSULE_TARGET", judged: false });
    expect(status.detail).toContain("memory:test#strict");
    expect(status.detail).toContain("memory:elsewhere#strict");
  });

  it("goes where the store has lost everything, and over an older copy, but keeps itself where it cannot be saved", async () => {
    const { log } = await unsaved();
    writeBack.failNext("save", new Error("403"), 4);
    const refused = await deliver(machine({ clock: hastyClock() }), log);
    expect(refused).toMatchObject({ action: "failed", code: "ERR_WRITEBACK_UNWRITABLE" });
    expect(refused.detail).toContain("Keep the capsule");
    writeBack.remove("strict");
    expect(await deliver(machine(), log)).toMatchObject({ action: "healthy" });
    expect(grant.refreshToken()).toBe(await current());
  });
});
