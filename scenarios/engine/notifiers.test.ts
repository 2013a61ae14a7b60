import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { memoryState, secret, type GrantState } from "@tokenward/core";
import { createSandbox, oauth2Platform, type FaultEffects, type Sandbox } from "@tokenward/sandbox";
import { recordingNotifier, type RecordingNotifier } from "@tokenward/testing";
import { groundGrant, hastyClock, machine, type HastyClock } from "../harness/engine-ground.ts";

const failing: FaultEffects = { answer: { status: 500, body: { error: "server_error" } } };

describe("what humans are told", () => {
  let sandbox: Sandbox;
  let clock: HastyClock;
  let state: GrantState;
  let pager: RecordingNotifier;
  let mail: RecordingNotifier;
  beforeEach(async () => {
    sandbox = await createSandbox({ platforms: [oauth2Platform({ name: "crm" })] });
    clock = hastyClock();
    state = { ...memoryState(), traits: { ephemeral: false, shared: false } };
    [pager, mail] = [recordingNotifier(), recordingNotifier()];
  });
  afterEach(async () => await sandbox.close());

  /** A process of its own on the same machine. */
  const run = (notes: string[] = []): ReturnType<typeof machine> =>
    machine({
      state,
      clock,
      note: (message) => notes.push(message),
      notifiers: [
        { name: "pager", notifier: pager },
        { name: "mail", notifier: mail },
      ],
    });
  const told = ({ alerts }: RecordingNotifier): readonly string[] =>
    alerts.map(({ edge, severity, subject, code }) => `${edge} ${severity} ${subject} ${code ?? "-"}`);

  it("is each edge once, to everybody: opened and resolved, for each condition", async () => {
    const { plan, consent } = await groundGrant(sandbox, "crm");
    expect(await run().refresh(plan)).toMatchObject({ action: "rotated" });
    expect(told(pager)).toEqual([]);

    const match = { grant: consent.grantId };
    const fault = await sandbox.control.fault({ match, when: "always", ...failing });
    for (let round = 0; round < 3; round++) await run().refresh(plan);
    await sandbox.control.clearFaults(fault);
    await sandbox.control.revoke(consent.grantId);
    for (let round = 0; round < 3; round++) await run().refresh(plan);
    const again = await sandbox.control.regrant(consent.grantId);
    await run().importGrant(plan, { refreshToken: secret(again.refreshToken) });
    for (let round = 0; round < 3; round++) await run().refresh(plan);

    for (const notifier of [pager, mail]) {
      expect(told(notifier)).toEqual([
        "opened warn crm ERR_AUTH_PLATFORM_UNAVAILABLE",
        // Another condition is another incident: the platform had a problem, and then the consent was withdrawn.
        "opened critical crm ERR_AUTH_REAUTH_REQUIRED",
        "resolved critical crm ERR_AUTH_REAUTH_REQUIRED",
        "resolved warn crm ERR_AUTH_PLATFORM_UNAVAILABLE",
      ]);
      expect(new Set(notifier.alerts.map(({ incident }) => incident)).size).toBe(2);
      expect(new Set(notifier.alerts.map(({ id }) => id)).size).toBe(4);
    }
    await sandbox.control.revoke(again.grantId);
    await run().refresh(plan);
    expect(told(mail).at(-1)).toBe("opened critical crm ERR_AUTH_REAUTH_REQUIRED");
    expect(mail.alerts.at(-1)?.incident).not.toBe(mail.alerts[0]?.incident);
  });

  it("harms nothing where a notifier fails: the token is saved, and the alert comes later, with the same id", async () => {
    const { plan, consent, refreshToken } = await groundGrant(sandbox, "crm");
    await sandbox.control.setScopes(consent.grantId, ["openid"]);
    const drifting = { ...plan, requiredScopes: ["contacts.read"] };
    mail.failNext(new Error(`550 mailbox ${consent.refreshToken} unavailable`), 3);
    const notes: string[] = [];
    expect(await run(notes).refresh(drifting)).toMatchObject({ action: "rotated", code: "ERR_AUTH_SCOPE_DRIFT" });
    expect(refreshToken()).toBe(await sandbox.control.currentRefreshToken(consent.grantId));
    expect(told(pager)).toEqual([
      "opened page crm ERR_AUTH_SCOPE_DRIFT",
      "opened warn notifier mail ERR_NOTIFIER_UNAVAILABLE",
    ]);
    expect(told(mail)).toEqual([]);
    expect(notes.join("\n")).toContain("The notifier mail could not deliver: 550 mailbox [secret] unavailable");

    expect(await run().refresh(drifting)).toMatchObject({ action: "rotated" });
    expect(mail.attempts).toHaveLength(3);
    clock.pass(3_600_000);
    await run().refresh(drifting);
    expect(told(mail)).toEqual(["opened page crm ERR_AUTH_SCOPE_DRIFT"]);
    expect(mail.alerts[0]).toEqual(pager.alerts[0]);
    expect(told(pager).slice(2)).toEqual(["resolved warn notifier mail ERR_NOTIFIER_UNAVAILABLE"]);
  });

  it("is told once by two processes that saw the same thing", async () => {
    const { plan, consent } = await groundGrant(sandbox, "crm");
    await sandbox.control.revoke(consent.grantId);
    await Promise.all([run().refresh(plan), run().refresh(plan)]);
    expect(told(pager)).toEqual(["opened critical crm ERR_AUTH_REAUTH_REQUIRED"]);
    expect(told(mail)).toEqual(["opened critical crm ERR_AUTH_REAUTH_REQUIRED"]);
  });

  it("is only what concerns the grant: the others' alerts stay open, and closed", async () => {
    const [first, second] = [
      await groundGrant(sandbox, "crm", { id: "crm/a" }),
      await groundGrant(sandbox, "crm", { id: "crm/b" }),
    ];
    await sandbox.control.revoke(first.consent.grantId);
    for (let round = 0; round < 2; round++) await run().refreshAll([first.plan, second.plan]);
    expect(told(pager)).toEqual(["opened critical crm/a ERR_AUTH_REAUTH_REQUIRED"]);
  });
});
