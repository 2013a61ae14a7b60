import { afterEach, beforeEach, expect, it } from "vitest";
import { fingerprintOf, nothingStored, secret, type Intent, type StoredGrant, type Version } from "@tokenward/core";
import { testIO } from "@tokenward/testing";
import { startGitlabServer, type GitlabServer } from "tokenward-counterparts/gitlab";
import { undescribed } from "tokenward-counterparts/gitlab/description";
import gitlab from "./index.ts";

// Saves over a whole grant, and retirements, are cut in faults.test.ts; here everything else that writes.
let server: GitlabServer;
beforeEach(async () => {
  server = await startGitlabServer();
});
afterEach(async () => {
  await server.close();
  expect(undescribed(server.seen)).toEqual([]);
});

const shape = { longestToken: 4096, rotates: true };
const writeBackOf = () => gitlab({ url: server.url, group: "agency", token: secret(server.token) });
const printOf = (token: string): string => fingerprintOf(`gitlab:${server.url}#group-7:CRM@*`, secret(token));
const both = (generation: number): StoredGrant => ({
  id: "crm",
  platform: "crm",
  generation,
  fingerprint: printOf(`rft.cuts-${generation}`),
  refreshToken: secret(`rft.cuts-${generation}`),
  accessToken: secret(`act.cuts-${generation}`),
  refreshTokenExpiresAt: new Date(Date.UTC(2027, 0, generation)),
});
/** A platform that exchanges the access token itself. */
const accessOnly = (generation: number): StoredGrant => ({
  ...both(generation),
  refreshToken: undefined,
  fingerprint: printOf(`act.cuts-${generation}`),
});
/** A platform that hands out new access tokens for one refresh token. */
const sameRefresh = (generation: number): StoredGrant => ({
  ...both(generation),
  refreshToken: secret("rft.cuts-1"),
  fingerprint: printOf("rft.cuts-1"),
});
const versionOf = ({ generation, fingerprint }: StoredGrant): Version => ({ generation, fingerprint });

/** Does the work with the connection cut at the nth write, and nothing sent after it. */
async function cutAt(nth: number, after: boolean, work: () => Promise<unknown> | undefined): Promise<void> {
  let writes = 0;
  let cut = false;
  server.trouble = ({ method }) => {
    if (cut) return { drop: true };
    // A PUT that finds nothing changes nothing; the POST after it is the write.
    if (method === "GET" || ++writes !== nth) return undefined;
    cut = true;
    return { drop: true, after };
  };
  await Promise.resolve(work()).catch(() => undefined);
  server.trouble = undefined;
  expect(cut).toBe(true);
}
const cuts = (writes: number): readonly (readonly [number, boolean])[] =>
  Array.from({ length: writes }, (_, index) => index + 1).flatMap((nth) => [
    [nth, false] as const,
    [nth, true] as const,
  ]);

it.each(cuts(6))("a first save cut at write %i (done: %s) can be made again, and is whole then", async (nth, after) => {
  const first = both(1);
  await cutAt(nth, after, () => writeBackOf().save("crm", first, nothingStored, testIO()));
  const found = await writeBackOf().read("crm", testIO());
  expect([undefined, "rft.cuts-1"]).toContain(found?.refreshToken?.reveal());
  expect([undefined, 1]).toContain(found?.generation);
  await writeBackOf().save("crm", first, nothingStored, testIO());
  const whole = await writeBackOf().read("crm", testIO());
  expect(whole).toMatchObject(versionOf(first));
  expect(whole?.accessToken?.reveal()).toBe("act.cuts-1");
  for (const key of ["CRM_REFRESH_TOKEN", "CRM_ACCESS_TOKEN"])
    expect(server.group.variables.find(key)).toMatchObject({ masked: true, raw: true });
});

it.each(cuts(2))("a save of an access token alone, cut at write %i (done: %s), is found out", async (nth, after) => {
  await writeBackOf().save("crm", accessOnly(1), nothingStored, testIO());
  await cutAt(nth, after, () => writeBackOf().save("crm", accessOnly(2), versionOf(accessOnly(1)), testIO()));
  const found = await writeBackOf().read("crm", testIO());
  const arrived = nth > 1 || after;
  expect(found?.accessToken?.reveal()).toBe(`act.cuts-${arrived ? 2 : 1}`);
  if (found?.generation !== undefined) expect(found.fingerprint).toBe(accessOnly(found.generation).fingerprint);
  // Only what was never said of this token is unknown.
  expect(found?.refreshTokenExpiresAt?.getUTCDate()).toBe(arrived ? (nth === 2 && after ? 2 : undefined) : 1);
  await writeBackOf().save("crm", accessOnly(2), versionOf(accessOnly(1)), testIO());
  expect(await writeBackOf().read("crm", testIO())).toMatchObject(versionOf(accessOnly(2)));
  expect(server.group.variables.find("CRM_REFRESH_TOKEN")).toBeUndefined();
});

it.each(cuts(3))(
  "a save with the same refresh token, cut at write %i (done: %s), is made whole",
  async (nth, after) => {
    await writeBackOf().save("crm", sameRefresh(1), nothingStored, testIO());
    await cutAt(nth, after, () => writeBackOf().save("crm", sameRefresh(2), versionOf(sameRefresh(1)), testIO()));
    const found = await writeBackOf().read("crm", testIO());
    expect(found?.refreshToken?.reveal()).toBe("rft.cuts-1");
    // An access token is never handed out with another one's facts.
    const about = found?.generation;
    expect([undefined, `act.cuts-${about}`]).toContain(found?.accessToken?.reveal());
    await writeBackOf().save("crm", sameRefresh(2), versionOf(sameRefresh(1)), testIO());
    const whole = await writeBackOf().read("crm", testIO());
    expect(whole).toMatchObject(versionOf(sameRefresh(2)));
    expect(whole?.accessToken?.reveal()).toBe("act.cuts-2");
  },
);

it.each(cuts(1))("a claim cut at write %i (done: %s) stands or does not, and can be made again", async (nth, after) => {
  await writeBackOf().save("crm", both(1), nothingStored, testIO());
  const before = structuredClone(server.group.variables.list());
  const version = versionOf(both(1));
  const intent: Intent = { id: "a", version, host: "h", run: "r", at: new Date(), deadline: new Date(), attempt: 1 };
  await cutAt(nth, after, () => writeBackOf().claim?.("crm", intent, version, testIO()));
  expect((await writeBackOf().read("crm", testIO()))?.claim?.id).toBe(after ? "a" : undefined);
  await writeBackOf().claim?.("crm", intent, version, testIO());
  expect((await writeBackOf().read("crm", testIO()))?.claim?.id).toBe("a");
  await cutAt(1, after, () => writeBackOf().claim?.("crm", undefined, { ...version, claim: "a" }, testIO()));
  await writeBackOf().claim?.("crm", undefined, { ...version, claim: "a" }, testIO());
  // Withdrawn, everything is as it was.
  expect(server.group.variables.list()).toEqual(before);
});

it.each(cuts(1))("a probe cut at write %i (done: %s) leaves what was there", async (nth, after) => {
  await writeBackOf().save("crm", both(1), nothingStored, testIO());
  const before = structuredClone(server.group.variables.list());
  await cutAt(nth, after, () => writeBackOf().probe("crm", shape, testIO()));
  expect(server.group.variables.list()).toEqual(before);
});
