import { afterEach, beforeEach, expect, it } from "vitest";
import {
  fingerprintOf,
  nothingStored,
  secret,
  TokenwardError,
  type Intent,
  type PluginIO,
  type StoredGrant,
} from "@tokenward/core";
import { testIO } from "@tokenward/testing";
import { startGitlabServer, type GitlabServer, type SeenRequest } from "tokenward-counterparts/gitlab";
import { undescribed } from "tokenward-counterparts/gitlab/description";
import gitlab from "./index.ts";

let server: GitlabServer;
beforeEach(async () => {
  server = await startGitlabServer();
  await writeBackOf().save("tiktok", grantOf(1), nothingStored, testIO());
});
afterEach(async () => {
  await server.close();
  expect(undescribed(server.seen)).toEqual([]);
});

const writeBackOf = () => gitlab({ url: server.url, project: "42", token: secret(server.token) });
const grantOf = (generation: number, whose = ""): StoredGrant => {
  const refreshToken = secret(`rft.rivals-${generation}${whose}`);
  return {
    id: "tiktok",
    platform: "tiktok",
    generation,
    fingerprint: fingerprintOf(`gitlab:${server.url}#42:TIKTOK@*`, refreshToken),
    refreshToken,
    accessToken: secret(`act.rivals-${generation}${whose}`),
  };
};
const version = (generation: number) => ({ generation, fingerprint: grantOf(generation).fingerprint });
const intentOf = (id: string): Intent => ({
  id,
  version: version(1),
  host: `host-${id}`,
  run: id,
  at: new Date(0),
  deadline: new Date(1),
  attempt: 1,
});

/** Holds the first request that fits, until it is let go. */
function holdFirst(fits: (request: SeenRequest) => boolean): { readonly held: Promise<void>; release(): void } {
  const held = Promise.withResolvers<void>();
  const going = Promise.withResolvers<void>();
  let holding = false;
  server.trouble = (request) => {
    if (holding || !fits(request)) return undefined;
    holding = true;
    held.resolve();
    return { wait: going.promise };
  };
  return { held: held.promise, release: () => going.resolve() };
}
const writes =
  (key: string) =>
  ({ method, path }: SeenRequest): boolean =>
    method === "PUT" && path.endsWith(key);

async function codeOf(work: Promise<unknown> | undefined): Promise<string> {
  try {
    await work;
    return "done";
  } catch (error) {
    if (TokenwardError.is(error)) return error.code;
    throw error;
  }
}

it.each(["TIKTOK_STATE", "TIKTOK_ACCESS_TOKEN"])(
  "a save that a rival's goes through before it writes %s finds out, and the rival's stands whole",
  async (key) => {
    const { held, release } = holdFirst(writes(key));
    const slow = codeOf(writeBackOf().save("tiktok", grantOf(2, "-slow"), version(1), testIO()));
    await held;
    // The slow one's token is there already; a human's consent over it is what a rival's save looks like.
    const found = await writeBackOf().read("tiktok", testIO());
    await writeBackOf().save(
      "tiktok",
      grantOf(3, "-fast"),
      { fingerprint: grantOf(2, "-slow").fingerprint, ...(found?.generation === undefined ? {} : { generation: 2 }) },
      testIO(),
    );
    release();
    expect(await slow).toBe("ERR_WRITEBACK_CONFLICT");
    const stands = await writeBackOf().read("tiktok", testIO());
    expect(stands?.refreshToken?.reveal()).toBe("rft.rivals-3-fast");
    // A late record of the slow one is about a token that is no longer there, and says nothing.
    expect([3, undefined]).toContain(stands?.generation);
  },
);

it("two saves whose comparisons both held are found out by the one whose token went", async () => {
  const { held, release } = holdFirst(writes("TIKTOK_ACCESS_TOKEN"));
  const first = codeOf(writeBackOf().save("tiktok", grantOf(2, "-first"), version(1), testIO()));
  await held;
  // As a rival that had compared before the first one's write: straight to its own.
  server.project.variables.update("TIKTOK_REFRESH_TOKEN", "*", { value: "rft.rivals-2-second" });
  release();
  expect(await first).toBe("ERR_WRITEBACK_CONFLICT");
  expect((await writeBackOf().read("tiktok", testIO()))?.refreshToken?.reveal()).toBe("rft.rivals-2-second");
});

it("a save that is held between its comparison and its write for as long as a whole other save goes unseen", async () => {
  // The limit that docs/gitlab.md speaks of, and measures.
  const { held, release } = holdFirst(writes("TIKTOK_REFRESH_TOKEN"));
  const stalled = codeOf(writeBackOf().save("tiktok", grantOf(2, "-stalled"), version(1), testIO()));
  await held;
  expect(await codeOf(writeBackOf().save("tiktok", grantOf(2, "-whole"), version(1), testIO()))).toBe("done");
  release();
  expect(await stalled).toBe("done");
  expect((await writeBackOf().read("tiktok", testIO()))?.refreshToken?.reveal()).toBe("rft.rivals-2-stalled");
});

it("of two claims at once one stands at most, and nobody else is told that it has it", async () => {
  for (const hold of ["GET", "PUT"]) {
    const { held, release } = holdFirst(
      ({ method, path }) => method === hold && path.endsWith(hold === "GET" ? "REFRESH_TOKEN" : "STATE"),
    );
    const slow = codeOf(writeBackOf().claim?.("tiktok", intentOf("slow"), version(1), testIO()));
    await held;
    const fast = codeOf(writeBackOf().claim?.("tiktok", intentOf("fast"), version(1), testIO()));
    // The held one has read already, or will write last: either way the record holds one of them.
    expect(await fast).toBe("done");
    release();
    const told = { slow: await slow, fast: await fast };
    const standing = (await writeBackOf().read("tiktok", testIO()))?.claim?.id ?? "";
    expect(told[standing as keyof typeof told]).toBe("done");
    await writeBackOf().claim?.("tiktok", undefined, { ...version(1), claim: standing }, testIO());
  }
});

it("a claim is looked at for longer than a rival needs from its comparison to its write", async () => {
  const { held, release } = holdFirst(writes("TIKTOK_STATE"));
  const late = codeOf(writeBackOf().claim?.("tiktok", intentOf("late"), version(1), testIO()));
  await held;
  const plain = testIO();
  let looks = 0;
  const send: PluginIO["http"]["send"] = async (request, options) => {
    // The rival writes after the first look, and before the next.
    if (request.method === "GET" && request.url.endsWith("TIKTOK_STATE") && ++looks === 3) {
      release();
      expect(await late).toBe("done");
    }
    return await plain.http.send(request, options);
  };
  const early = writeBackOf().claim?.("tiktok", intentOf("early"), version(1), { ...plain, http: { send } });
  expect(await codeOf(early)).toBe("ERR_WRITEBACK_CONFLICT");
  expect((await writeBackOf().read("tiktok", testIO()))?.claim?.id).toBe("late");
});

it("a claim for a token that was exchanged meanwhile is not granted, and does not stay in the way", async () => {
  const { held, release } = holdFirst(writes("TIKTOK_STATE"));
  const late = codeOf(writeBackOf().claim?.("tiktok", intentOf("late"), version(1), testIO()));
  await held;
  await writeBackOf().save("tiktok", grantOf(2), version(1), testIO());
  release();
  expect(await late).toBe("ERR_WRITEBACK_CONFLICT");
  const found = await writeBackOf().read("tiktok", testIO());
  expect(found?.refreshToken?.reveal()).toBe("rft.rivals-2");
  expect(found?.claim).toBeUndefined();
});

it("a claim names its host, keeps a second one away, and is gone with the save that it announced", async () => {
  await writeBackOf().claim?.("tiktok", intentOf("mine"), version(1), testIO());
  expect((await writeBackOf().read("tiktok", testIO()))?.claim).toMatchObject({ id: "mine", host: "host-mine" });
  expect(await codeOf(writeBackOf().claim?.("tiktok", intentOf("other"), version(1), testIO()))).toBe(
    "ERR_WRITEBACK_CONFLICT",
  );
  await writeBackOf().save("tiktok", grantOf(2), version(1), testIO());
  expect(await writeBackOf().read("tiktok", testIO())).toMatchObject({ ...version(2), claim: undefined });
});

it("a reader between two writes of a save gets a token that works, and facts about that one", async () => {
  for (const key of ["TIKTOK_REFRESH_TOKEN", "TIKTOK_STATE", "TIKTOK_ACCESS_TOKEN"]) {
    const { held, release } = holdFirst(writes(key));
    const generation = ["TIKTOK_REFRESH_TOKEN", "TIKTOK_STATE", "TIKTOK_ACCESS_TOKEN"].indexOf(key) + 1;
    const saving = writeBackOf().save("tiktok", grantOf(generation + 1), version(generation), testIO());
    await held;
    const found = await writeBackOf().read("tiktok", testIO());
    const current = found?.refreshToken?.reveal() === `rft.rivals-${generation}` ? generation : generation + 1;
    expect(found?.refreshToken?.reveal()).toBe(`rft.rivals-${current}`);
    expect([undefined, current]).toContain(found?.generation);
    expect([undefined, grantOf(current).fingerprint]).toContain(found?.fingerprint);
    release();
    await saving;
  }
});
