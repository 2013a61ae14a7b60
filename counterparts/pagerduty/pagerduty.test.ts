import { describe, expect, it } from "vitest";
import { faultsByDescription, noPagerdutyDescription, PagerdutyServer } from "./index.ts";

const key = "0123456789abcdef0123456789abcdef";
const good = {
  routing_key: key,
  event_action: "trigger",
  dedup_key: "a",
  payload: { summary: "x", source: "y", severity: "error" },
};

describe.skipIf(noPagerdutyDescription() !== undefined)(
  `PagerDuty's description (${noPagerdutyDescription() ?? "is there"})`,
  () => {
    it("takes an event, and refuses one that is none", () => {
      expect(faultsByDescription(good)).toEqual([]);
      expect(faultsByDescription({ ...good, payload: { ...good.payload, severity: "fatal" } })).not.toEqual([]);
      expect(faultsByDescription({ ...good, event_action: "open" })).not.toEqual([]);
      expect(faultsByDescription({ event_action: "trigger" })).not.toEqual([]);
      expect(faultsByDescription({ ...good, payload: { summary: "x" } })).not.toEqual([]);
    });
  },
);

describe("the server", () => {
  const post = async (server: PagerdutyServer, event: object): Promise<number> =>
    (await fetch(server.url, { method: "POST", body: JSON.stringify(event) })).status;

  it("keeps alerts as PagerDuty does", async () => {
    const server = await new PagerdutyServer(key).start();
    const resolve = { routing_key: key, event_action: "resolve", dedup_key: "a" };
    for (const event of [resolve, good, good, resolve, resolve, good]) expect(await post(server, event)).toBe(202);
    expect(server.alerts.map(({ status, triggers }) => [status, triggers])).toEqual([
      ["resolved", 2],
      ["open", 1],
    ]);
    await server.close();
  });

  it("refuses other keys and what is too long", async () => {
    const server = await new PagerdutyServer(key).start();
    expect(await post(server, { ...good, routing_key: "x" })).toBe(400);
    expect(await post(server, { ...good, dedup_key: "x".repeat(256) })).toBe(400);
    expect(await post(server, { ...good, payload: { ...good.payload, summary: "x".repeat(1025) } })).toBe(400);
    expect(server.events).toEqual([]);
    expect(server.faults).toHaveLength(2);
    await server.close();
  });
});
