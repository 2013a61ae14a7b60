import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { afterEach, beforeEach, expect, it } from "vitest";
import { nothingStored, secret, systemClock, TokenwardError, type Clock, type StoredGrant } from "@tokenward/core";
import { testIO } from "@tokenward/testing";
import { startGitlabServer, type GitlabServer, type Trouble } from "tokenward-counterparts/gitlab";
import gitlab from "./index.ts";

let server: GitlabServer;
beforeEach(async () => {
  server = await startGitlabServer();
});
afterEach(async () => await server.close());

const shape = { longestToken: 4096, rotates: true };
const writeBackOf = (timeout = 15_000) =>
  gitlab({ url: server.url, project: "42", token: secret(server.token), timeout });
const grant: StoredGrant = {
  id: "tiktok",
  platform: "tiktok",
  generation: 1,
  refreshToken: secret("rft.patience-1"),
  accessToken: secret("act.patience-1"),
};

async function refusalOf(work: Promise<unknown> | undefined): Promise<TokenwardError> {
  try {
    await work;
  } catch (error) {
    if (TokenwardError.is(error)) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

/** A clock that waits for nobody, and remembers for how long it was asked to. */
function hurriedClock(): Clock & { readonly waits: readonly number[] } {
  const waits: number[] = [];
  let passed = 0;
  return {
    waits,
    now: () => new Date(systemClock.now().getTime() + passed),
    monotonic: () => systemClock.monotonic() + passed,
    sleep: async (milliseconds) => {
      await Promise.resolve();
      waits.push(milliseconds);
      passed += milliseconds;
    },
  };
}

const throttled = (seconds: string): Trouble => ({
  answer: { status: 429, body: "Retry later\n" },
  headers: { "retry-after": seconds },
});

it("ends every call when its caller does, although GitLab is silent", async () => {
  const heard = Promise.withResolvers<void>();
  server.trouble = () => {
    heard.resolve();
    return { hang: true };
  };
  const caller = new AbortController();
  const io = testIO({ signal: caller.signal });
  const writeBack = writeBackOf();
  const expected = { generation: 1 };
  const intent = { id: "i", version: expected, host: "h", run: "r", at: new Date(), deadline: new Date(), attempt: 1 };
  const calls = [
    writeBack.read("tiktok", io),
    writeBack.probe("tiktok", shape, io),
    writeBack.claim?.("tiktok", intent, expected, io),
    writeBack.save("tiktok", grant, nothingStored, io),
    writeBack.retire?.("tiktok", expected, io),
    writeBack.credentialExpiry?.(io),
  ].map(async (call) => await refusalOf(call));
  await heard.promise;
  caller.abort();
  for (const said of await Promise.all(calls))
    expect(said.message).toContain("did not answer before its caller gave up");
});

it("ends also while it waits to ask again", async () => {
  server.trouble = () => throttled("2");
  const caller = new AbortController();
  const clock: Clock = {
    ...systemClock,
    sleep: async (milliseconds, signal) => {
      caller.abort();
      await systemClock.sleep(milliseconds, signal);
    },
  };
  const said = await refusalOf(writeBackOf().read("tiktok", testIO({ signal: caller.signal, clock })));
  expect(said.code).toBe("ERR_WRITEBACK_UNREADABLE");
  expect(said.message).toContain("before its caller gave up");
  expect(server.seen).toHaveLength(1);
});

it("asks three times at most, waits as GitLab says, and never beyond the time of a call", async () => {
  for (const [timeout, seconds, waits, asked] of [
    [60_000, "5", [5000, 5000], 3],
    [8000, "5", [5000], 2],
    [4000, "5", [], 1],
    // A date, which GitLab does not send, counts as no word at all.
    [60_000, "Wed, 25 Nov 2026 22:00:00 GMT", [200, 800], 3],
  ] as const) {
    server.trouble = () => throttled(seconds);
    const clock = hurriedClock();
    const before = server.seen.length;
    const said = await refusalOf(writeBackOf(timeout).read("tiktok", testIO({ clock })));
    expect(said.message).toContain("asks for patience (429: Retry later)");
    expect(clock.waits).toEqual(waits);
    expect(server.seen.length - before).toBe(asked);
  }
});

it("asks again for what was only to be read; a write that may have happened is not made twice blindly", async () => {
  await writeBackOf().save("tiktok", grant, nothingStored, testIO());
  for (const trouble of [{ answer: { status: 502, body: "" } }, { drop: true }] satisfies Trouble[]) {
    for (const [kind, asked] of [
      ["GET", 3],
      ["PUT", 1],
    ] as const) {
      const before = server.seen.length;
      server.trouble = ({ method }) => (method === kind ? trouble : undefined);
      const io = testIO({ clock: hurriedClock() });
      await refusalOf(writeBackOf().probe("tiktok", shape, io));
      const met = server.seen.slice(before).filter(({ method }) => method === kind);
      expect(met).toHaveLength(asked);
    }
  }
});

it("tries again what never left this machine, and says that nobody is there", async () => {
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  const clock = hurriedClock();
  const writeBack = gitlab({ url: `http://127.0.0.1:${port}`, project: "42", token: secret(server.token) });
  const said = await refusalOf(writeBack.read("tiktok", testIO({ clock })));
  expect(said.message).toContain(`GitLab at http://127.0.0.1:${port} cannot be reached: connection refused`);
  expect(clock.waits).toEqual([200, 800]);
});

it("repeats no value that GitLab might say again, and no part of one", async () => {
  await writeBackOf().save("tiktok", grant, nothingStored, testIO());
  const long = secret(`rft.${"echo".repeat(60)}`);
  server.trouble = ({ method, body }) => {
    if (method === "GET") return undefined;
    const { value } = body as { readonly value?: string };
    return { answer: { status: 400, body: { message: { value: [`${value} is invalid`] } } } };
  };
  const next = { ...grant, generation: 2, refreshToken: long };
  const stored = await writeBackOf().read("tiktok", testIO());
  const expected = { generation: stored?.generation };
  for (const work of [
    writeBackOf().save("tiktok", next, expected, testIO()),
    writeBackOf().probe("tiktok", shape, testIO()),
  ]) {
    const said = await refusalOf(work);
    expect(inspect([said.message, said.fix, said.facts, said.cause, said.toJSON()])).not.toMatch(/echoecho|glpat/);
  }
});
