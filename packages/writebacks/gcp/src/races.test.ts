import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fingerprintOf, nothingStored, secret, type Version } from "@tokenward/core";
import { testIO } from "@tokenward/testing";
import { status, type GcpCall } from "tokenward-counterparts/gcp";
import { id, refusalOf, secretId, startGround, type Ground } from "./test/ground.ts";

let ground: Ground;
beforeEach(async () => {
  ground = await startGround();
});
afterEach(async () => await ground.server.close());

const rivals = ["a", "b", "c", "d"];
const tokenOf = async (): Promise<string | undefined> =>
  (await ground.writeBackOf().read(id, testIO()))?.refreshToken?.reveal();

/** Lets so many calls of a method come together before any of them is done. */
function gather(method: string, count: number): void {
  const all = Promise.withResolvers<void>();
  let waiting = 0;
  ground.server.pause = (call) => {
    if (call.method !== method || waiting === count) return undefined;
    if (++waiting === count) all.resolve();
    return all.promise;
  };
}

/** What {@link Ground.server} does with the nth write, and then the wire is cut for good. */
function cutAt(nth: number, after: boolean): void {
  let seen = 0;
  let cut = false;
  ground.server.trouble = ({ method }) => {
    // Refused instead of dropped again, so that nobody tries for long.
    if (cut) return { code: status.UNAUTHENTICATED };
    if (!/^(?:Add|Create|Destroy|Update)/.test(method) || ++seen !== nth) return undefined;
    cut = true;
    return { drop: true, after };
  };
}

describe("of many at once one wins:", () => {
  it.each([
    ["over what is stored", 1],
    ["before anything is stored", 0],
  ])("saves %s", async (_name, generation) => {
    let base: Version = nothingStored;
    if (generation > 0) {
      await ground.writeBackOf().save(id, ground.grantOf(1), nothingStored, testIO());
      base = ground.version(1);
    }
    gather("AddSecretVersion", rivals.length);
    const saves = await Promise.allSettled(
      rivals.map(async (rival) => {
        await ground.writeBackOf().save(id, ground.grantOf(generation + 1, rival), base, testIO());
      }),
    );
    const won = saves.flatMap(({ status: how }, index) => (how === "fulfilled" ? [rivals[index]] : []));
    expect(won).toHaveLength(1);
    for (const save of saves)
      if (save.status === "rejected") expect(save.reason).toMatchObject({ code: "ERR_WRITEBACK_CONFLICT" });
    expect(await tokenOf()).toBe(`rft.gcp-faults-${won[0]}`);
    // What came second is gone, whether somebody looks or not.
    expect(ground.states().slice(generation)).toEqual(["ENABLED", "DESTROYED", "DESTROYED", "DESTROYED"]);
    const next = ground.grantOf(generation + 2);
    const fingerprint = fingerprintOf(ground.target, secret(`rft.gcp-faults-${won[0]}`));
    await ground.writeBackOf().save(id, next, { generation: generation + 1, fingerprint }, testIO());
    expect(await tokenOf()).toBe(next.refreshToken?.reveal());
  });

  it.each([
    ["over what is stored", 1, "UpdateSecret"],
    ["before anything is stored", 0, "CreateSecret"],
  ])("claims %s", async (_name, generation, method) => {
    if (generation > 0) await ground.writeBackOf().save(id, ground.grantOf(1), nothingStored, testIO());
    const base = generation > 0 ? ground.version(1) : nothingStored;
    gather(method, rivals.length);
    const claims = await Promise.allSettled(
      rivals.map(async (rival) => {
        await ground.writeBackOf().claim(id, ground.intentOf(rival, 1), base, testIO());
      }),
    );
    const won = claims.flatMap(({ status: how }, index) => (how === "fulfilled" ? [rivals[index]] : []));
    expect(won).toHaveLength(1);
    expect((await ground.writeBackOf().read(id, testIO()))?.claim?.id).toBe(won[0]);
  });
});

it("does not take a claim for made when a save came in between, which does not touch the etag", async () => {
  await ground.writeBackOf().save(id, ground.grantOf(1), nothingStored, testIO());
  const paused = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  ground.server.pause = ({ method }) => {
    if (method !== "UpdateSecret") return undefined;
    ground.server.pause = undefined;
    reached.resolve();
    return paused.promise;
  };
  const claiming = refusalOf(ground.writeBackOf().claim(id, ground.intentOf("late", 1), ground.version(1), testIO()));
  await reached.promise;
  // Its writer dies before it gets to the note.
  ground.server.trouble = ({ method }) => (method === "UpdateSecret" ? { code: status.UNAUTHENTICATED } : undefined);
  await ground.writeBackOf().save(id, ground.grantOf(2), ground.version(1), testIO());
  ground.server.trouble = undefined;
  paused.resolve();
  expect((await claiming).code).toBe("ERR_WRITEBACK_CONFLICT");
  expect(await ground.writeBackOf().read(id, testIO())).toMatchObject({ generation: 2, claim: undefined });
});

describe("an add whose answer is lost", () => {
  const lost = [
    ["a reset", { drop: true }],
    ["an outage", { code: status.UNAVAILABLE }],
    ["an internal error", { code: status.INTERNAL }],
  ] as const;
  const cases = lost.flatMap(([name, how]) => [true, false].map((after) => [name, after, how] as const));
  it.each(cases)("in %s (done: %s) is looked for before it is repeated", async (_name, after, how) => {
    await ground.writeBackOf().save(id, ground.grantOf(1), nothingStored, testIO());
    let adds = 0;
    const before = ground.server.calls.length;
    ground.server.trouble = ({ method }) =>
      method === "AddSecretVersion" && ++adds === 1 ? { ...how, after } : undefined;
    await ground.writeBackOf().save(id, ground.grantOf(2), ground.version(1), testIO());
    expect(adds).toBe(after ? 1 : 2);
    expect(ground.states()).toEqual(["ENABLED", "ENABLED"]);
    expect(await tokenOf()).toBe("rft.gcp-faults-2");
    const methods = ground.server.calls.slice(before).map(({ method }) => method);
    const looks = methods.slice(methods.indexOf("AddSecretVersion") + 1);
    expect(looks.indexOf("AccessSecretVersion")).toBeGreaterThan(-1);
    if (!after) expect(looks.indexOf("AccessSecretVersion")).toBeLessThan(looks.indexOf("AddSecretVersion"));
  });

  it("and in whose place somebody else is found, is a conflict", async () => {
    await ground.writeBackOf().save(id, ground.grantOf(1), nothingStored, testIO());
    ground.server.trouble = ({ method }) => {
      if (method !== "AddSecretVersion") return undefined;
      ground.server.trouble = undefined;
      ground.addByHand("rft.new-consent");
      return { drop: true };
    };
    const refused = await refusalOf(ground.writeBackOf().save(id, ground.grantOf(2), ground.version(1), testIO()));
    expect(refused.code).toBe("ERR_WRITEBACK_CONFLICT");
    expect(await tokenOf()).toBe("rft.new-consent");
  });

  it("and arrives after it was repeated, counts once", async () => {
    await ground.writeBackOf().save(id, ground.grantOf(1), nothingStored, testIO());
    let late: GcpCall | undefined;
    ground.server.trouble = (call) => {
      if (call.method !== "AddSecretVersion") return undefined;
      if (late === undefined) {
        late = call;
        return { drop: true };
      }
      ground.server.trouble = undefined;
      // The first one gets there just before the second.
      const { data } = late.request["payload"] as { readonly data: Buffer };
      ground.server.store.add(secretId, data, undefined);
      return undefined;
    };
    await ground.writeBackOf().save(id, ground.grantOf(2), ground.version(1), testIO());
    expect(ground.states()).toEqual(["ENABLED", "ENABLED", "DESTROYED"]);
    expect(await ground.writeBackOf().read(id, testIO())).toMatchObject({ generation: 2 });
  });

  it("in silence is found in the last look, or reported", async () => {
    await ground.writeBackOf().save(id, ground.grantOf(1), nothingStored, testIO());
    const patient = ground.writeBackOf({ timeout: 1000 });
    await patient.read(id, testIO());
    ground.server.trouble = ({ method }) => (method === "AddSecretVersion" ? { hang: true, after: true } : undefined);
    await patient.save(id, ground.grantOf(2), ground.version(1), testIO());
    ground.server.trouble = ({ method }) => (method === "AddSecretVersion" ? { hang: true } : undefined);
    const refused = await refusalOf(patient.save(id, ground.grantOf(3), ground.version(2), testIO()));
    expect(refused).toMatchObject({ code: "ERR_WRITEBACK_SAVE_FAILED" });
    expect(await tokenOf()).toBe("rft.gcp-faults-2");
  });
});

const cuts = [1, 2, 3].flatMap((nth) => [false, true].map((after) => [nth, after] as const));
it.each(cuts)("a save cut off at write %i (done: %s) is whole or absent, and can be made again", async (nth, after) => {
  const first = ground.writeBackOf();
  await first.save(id, ground.grantOf(1), nothingStored, testIO());
  await first.save(id, ground.grantOf(2), ground.version(1), testIO());
  await first.claim(id, ground.intentOf("i", 2), ground.version(2), testIO());
  cutAt(nth, after);
  // Only the first write is the save; the others are housekeeping.
  const [saved] = await Promise.allSettled([
    ground.writeBackOf().save(id, ground.grantOf(3), ground.version(2), testIO()),
  ]);
  ground.server.trouble = undefined;
  const arrived = nth > 1 || after;
  expect(saved.status).toBe(nth > 1 ? "fulfilled" : "rejected");
  const found = await ground.writeBackOf().read(id, testIO());
  expect(found?.refreshToken?.reveal()).toBe(`rft.gcp-faults-${arrived ? 3 : 2}`);
  // A claim on the version before is over, also where nobody could take it away.
  expect(found?.claim?.id).toBe(arrived ? undefined : "i");
  expect(found?.unfinished).toBeUndefined();
  await ground.writeBackOf().save(id, ground.grantOf(3), ground.version(2), testIO());
  await ground.writeBackOf().save(id, ground.grantOf(4), ground.version(3), testIO());
  expect(await ground.writeBackOf().read(id, testIO())).toMatchObject({ generation: 4, claim: undefined });
  expect(ground.states().slice(0, -2)).toEqual(["DESTROYED", "DESTROYED"]);
  expect(ground.states().slice(-2)).toEqual(["ENABLED", "ENABLED"]);
});
