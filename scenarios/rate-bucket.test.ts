import { TokenwardError, type RateBucket } from "@tokenward/core";
import { createSandbox, oauth2Platform, type Sandbox } from "@tokenward/sandbox";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { machine, groundGrant, hastyClock } from "./harness/engine-ground.ts";

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await createSandbox({ platforms: [oauth2Platform({ name: "crm" })] });
});
afterEach(async () => await sandbox.close());

/** A bucket that writes down what it is asked. */
function recorded(take: () => Promise<void> = async () => undefined): RateBucket & { readonly calls: string[] } {
  const calls: string[] = [];
  return {
    calls,
    take: async (keys) => {
      calls.push(`take ${[keys].flat().join(", ")}`);
      await take();
    },
    penalize: (key, until) => void calls.push(`penalize ${key} until ${until.toISOString()}`),
    observe: (key, { remaining }) => void calls.push(`observe ${key}: ${String(remaining)}`),
  };
}

describe("a rate bucket", () => {
  test("is asked for the client's budget at the endpoint before each exchange", async () => {
    const grant = await groundGrant(sandbox, "crm");
    const bucket = recorded(async () => {
      expect((await sandbox.control.counts()).requests).toBe(0);
    });
    const engine = machine({ rateBucket: bucket });
    expect(await engine.refresh(grant.plan)).toMatchObject({ action: "rotated" });
    expect(bucket.calls).toEqual([`take ${grant.consent.tokenUrl} ${grant.consent.clientId}`]);
  });

  test("without room: nothing is sent, nothing is spent, and the status says so", async () => {
    const grant = await groundGrant(sandbox, "crm");
    const full = recorded(async () => {
      throw new TokenwardError("ERR_AUTH_THROTTLED", {}, { class: "throttled" });
    });
    const status = await machine({ rateBucket: full }).refresh(grant.plan);
    expect(status).toMatchObject({ action: "failed", code: "ERR_AUTH_THROTTLED", alert: true, severity: "warn" });
    expect((await sandbox.control.counts()).requests).toBe(0);
    expect(grant.refreshToken()).toBe(grant.consent.refreshToken);
    expect(await machine({}).refresh(grant.plan)).toMatchObject({ action: "rotated" });
  });

  test("that fails is noted, and no grant dies of it", async () => {
    const grant = await groundGrant(sandbox, "crm");
    const notes: string[] = [];
    const broken: RateBucket = {
      take: async () => await Promise.reject(new Error("connection refused")),
      penalize: () => undefined,
      observe: () => undefined,
    };
    const engine = machine({ rateBucket: broken, note: (line) => notes.push(line) });
    expect(await engine.refresh(grant.plan)).toMatchObject({ action: "rotated" });
    expect(notes.join("\n")).toContain("the rate bucket failed (connection refused)");
  });

  test("hears what the platform says is left, and until when there is nothing", async () => {
    const grant = await groundGrant(sandbox, "crm");
    const bucket = recorded();
    const engine = machine({ rateBucket: bucket, clock: hastyClock() });
    await sandbox.control.fault({
      when: { times: 1 },
      answer: {
        status: 429,
        headers: { "retry-after": "7", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "7" },
        body: { error: "rate_limit" },
      },
    });
    expect(await engine.refresh(grant.plan)).toMatchObject({ action: "rotated" });
    const key = `${grant.consent.tokenUrl} ${grant.consent.clientId}`;
    expect(bucket.calls).toEqual([
      `take ${key}`,
      `observe ${key}: 0`,
      expect.stringMatching(/^penalize .* until /),
      `take ${key}`,
    ]);
  });
});
