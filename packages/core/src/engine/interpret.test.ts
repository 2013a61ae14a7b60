import { describe, expect, it } from "vitest";
import type { Grant } from "../grant.ts";
import type { HttpAnswer } from "../http/message.ts";
import type { Exchanged, Refresher, RefresherTraits } from "../refresher.ts";
import { secret } from "../secret.ts";
import { interpret } from "./interpret.ts";

const receivedAt = new Date("2026-11-22T12:00:00Z");
const grant: Grant = { id: "crm", platform: "crm" };

function read(reading: Exchanged, traits: RefresherTraits, answer: Partial<HttpAnswer> = {}): unknown {
  const refresher: Refresher = {
    platform: "crm",
    traits,
    assess: () => ({ verdict: "due", reason: "always" }),
    interpret: () => reading,
  };
  const plan = { id: "crm", refresher } as Parameters<typeof interpret>[0]["plan"];
  return interpret(
    { plan },
    { status: 200, headers: {}, body: new Uint8Array(), truncated: false, receivedAt, ...answer },
    grant,
  );
}

const withoutSuccessor: Exchanged = { kind: "exchanged", accessToken: secret("at.only-this-came") };

describe("interpret", () => {
  it.each<[string, RefresherTraits]>([
    ["kills", { rotation: "always", reuse: "strict" }],
    ["is forgiven only for a while", { rotation: "always", reuse: { graceSeconds: 60 } }],
  ])("is in doubt without a new token where presenting the old one again %s", (_, traits) => {
    expect(read(withoutSuccessor, traits)).toMatchObject({ kind: "refused", class: "in-doubt" });
    expect(read({ ...withoutSuccessor, malformed: "its scope is a number." }, traits)).toMatchObject({
      detail: expect.stringMatching(/without a new refresh token.*: its scope is a number$/) as string,
    });
  });

  it.each<[string, RefresherTraits]>([
    ["may stay", { rotation: "sometimes", reuse: "strict" }],
    ["never changes", { rotation: "never", reuse: "retry-safe" }],
    ["may be presented again", { rotation: "always", reuse: "retry-safe" }],
    ["is not what an exchange presents", { rotation: "always", reuse: "strict", presents: "access-token" }],
  ])("takes an answer without a refresh token where the old one %s", (_, traits) => {
    expect(read(withoutSuccessor, traits)).toBe(withoutSuccessor);
  });

  it("takes a new token", () => {
    const whole = { ...withoutSuccessor, refreshToken: secret("rt.this-came-too") };
    expect(read(whole, { rotation: "always", reuse: "strict" })).toBe(whole);
  });
});
