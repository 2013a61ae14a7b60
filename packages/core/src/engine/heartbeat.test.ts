import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { memoryState } from "../memory-state.ts";
import { secret } from "../secret.ts";
import { engineContext } from "./context.ts";
import type { Heartbeat } from "./heartbeat.ts";
import { Pulse } from "./heartbeat.ts";

let server: Server;
let asked: string[];
let status: number;
beforeEach(async () => {
  asked = [];
  status = 200;
  server = createServer((request, response) => {
    asked.push(`${request.method ?? ""} ${request.url ?? ""}`);
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
});

function url(path: string): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
}

const clock = { now: () => new Date(), monotonic: () => 0, sleep: async () => undefined };

async function beat(changes: Partial<Heartbeat>, succeeded: boolean): Promise<readonly string[]> {
  const notes: string[] = [];
  const heartbeat: Heartbeat = { url: secret(url("/ping/5ecr3t-id")), allowPrivate: true, ...changes };
  const context = engineContext({
    state: memoryState(),
    heartbeat,
    clock,
    env: {},
    note: (line) => void notes.push(line),
  });
  await new Pulse(context).end(succeeded);
  return notes;
}

test("a run says when it starts and how it ended", async () => {
  expect(await beat({}, true)).toEqual([]);
  expect(await beat({}, false)).toEqual([]);
  expect(asked).toEqual([
    "GET /ping/5ecr3t-id/start",
    "GET /ping/5ecr3t-id",
    "GET /ping/5ecr3t-id/start",
    "GET /ping/5ecr3t-id/fail",
  ]);
});

test("every moment can have an address of its own, and a query stays where it is", async () => {
  await beat({ url: secret(url("/push/x?status=up")), startUrl: secret(url("/begin")) }, true);
  await beat({ url: secret(url("/push/x?status=up")), failureUrl: secret(url("/push/x?status=down")) }, false);
  expect(asked).toEqual([
    "GET /begin",
    "GET /push/x?status=up",
    "GET /push/x/start?status=up",
    "GET /push/x?status=down",
  ]);
});

test("a ping that is not heard is tried three times and noted, without its address", async () => {
  status = 404;
  const notes = await beat({}, true);
  expect(asked).toHaveLength(6);
  expect(notes).toEqual([
    "The heartbeat (start) was not heard: it answered with status 404. Check auth.alerts.heartbeat.",
    "The heartbeat (success) was not heard: it answered with status 404. Check auth.alerts.heartbeat.",
  ]);
});

test("an address that is none, or of this machine without leave, is noted, without what it says", async () => {
  for (const changes of [{ url: secret("no address 5ecr3t") }, { allowPrivate: false }]) {
    const notes = await beat(changes, true);
    expect(notes).toHaveLength(2);
    expect(notes.join()).not.toContain("5ecr3t");
  }
  expect(asked).toEqual([]);
});

test("nobody waits for a heartbeat that is not configured", async () => {
  await new Pulse(engineContext({ state: memoryState(), env: {} })).end(true);
  expect(asked).toEqual([]);
});

test("an address that cannot be resolved is not named", async () => {
  const [note] = await beat({ url: secret("https://5ecr3t-host.invalid/ping") }, true);
  expect(note).toContain("the name in its address cannot be resolved");
  expect(note).not.toContain("5ecr3t");
});
