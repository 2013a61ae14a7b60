import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fingerprintOf, nothingStored, secret, TokenwardError, type StoredGrant } from "@tokenward/core";
import { testIO } from "@tokenward/testing";
import { startGitlabServer, type GitlabServer, type Trouble } from "tokenward-counterparts/gitlab";
import { undescribed } from "tokenward-counterparts/gitlab/description";
import gitlab from "./index.ts";

let server: GitlabServer;
beforeEach(async () => {
  server = await startGitlabServer();
});
afterEach(async () => {
  await server.close();
  expect(undescribed(server.seen)).toEqual([]);
});

const id = "tiktok/brand-a";
const shape = { longestToken: 4096, rotates: true };
const writeBackOf = (timeout = 15_000) =>
  gitlab({ url: server.url, project: "42", token: secret(server.token), timeout });
const target = (): string => `gitlab:${server.url}#42:TIKTOK_BRAND_A@*`;
const grantOf = (generation: number): StoredGrant => {
  const refreshToken = secret(`rft.gitlab-faults-${generation}`);
  return {
    id,
    platform: "tiktok",
    account: "brand-a",
    generation,
    fingerprint: fingerprintOf(target(), refreshToken),
    refreshToken,
    accessToken: secret(`act.gitlab-faults-${generation}`),
    accessTokenExpiresAt: new Date(Date.UTC(2027, 0, generation)),
    refreshTokenExpiresAt: new Date(Date.UTC(2027, 6, 1)),
    scopes: ["video.publish"],
  };
};

async function refusalOf(work: Promise<unknown>): Promise<TokenwardError> {
  try {
    await work;
  } catch (error) {
    if (TokenwardError.is(error)) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("what GitLab answers", () => {
  const answers: readonly (readonly [string, Trouble, RegExp, RegExp])[] = [
    [
      "401",
      { answer: { status: 401, body: { message: "401 Unauthorized" } } },
      /does not know the access token \(401\)/,
      /Make a new access token/,
    ],
    [
      "an OAuth 401",
      { answer: { status: 401, body: { error: "invalid_token", error_description: "Token was revoked." } } },
      /401: Token was revoked/,
      /new access token/,
    ],
    [
      "403",
      { answer: { status: 403, body: { message: "403 Forbidden" } } },
      /may not do that with the variable/,
      /role Maintainer \(project\) or Owner \(group\)/,
    ],
    [
      "403 for want of a scope",
      { answer: { status: 403, body: { error: "insufficient_scope" } } },
      /403: insufficient_scope/,
      /scope `api`/,
    ],
    [
      "404",
      { answer: { status: 404, body: { message: "404 Project Not Found" } } },
      /there is no project 42 for this access token/,
      /Check `url`/,
    ],
    [
      "409",
      { answer: { status: 409, body: { message: "There are multiple variables" } } },
      /several variables answer to the variable TIKTOK_BRAND_A_\w+ of project 42 with environment scope \*/,
      /environment_scope/,
    ],
    [
      "429",
      { answer: { status: 429, body: "Retry later\n" }, headers: { "retry-after": "3600" } },
      /asks for patience \(429: Retry later\)/,
      /Wait some minutes/,
    ],
    [
      "an application's 429",
      {
        answer: { status: 429, body: { message: { error: "Too many requests." } } },
        headers: { "retry-after": "3600" },
      },
      /429: Too many requests/,
      /Wait/,
    ],
    [
      "503",
      { answer: { status: 503, body: "<html>GitLab</html>" } },
      /problem of its own \(503\)/,
      /Wait until GitLab works/,
    ],
    [
      "a rejected value",
      { answer: { status: 400, body: { message: { value: ["is invalid"] } } } },
      /rejects the value of the variable TIKTOK_BRAND_A_\w+ of project 42 \(400: value is invalid\)/,
      /must be raw/,
    ],
    [
      "a full project",
      {
        answer: {
          status: 400,
          body: { message: { base: ["Maximum number of project ci variables (8000) exceeded"] } },
        },
      },
      /400: Maximum number/,
      /limited/,
    ],
    [
      "something that is not GitLab",
      { answer: { status: 302, body: "" }, headers: { location: "/login" } },
      /answered 302/,
      /Check `url`/,
    ],
    ["nothing in time", { hang: true }, /did not answer within 0.3 s/, /Check the network/],
    ["a reset", { drop: true }, /cannot be reached: the connection was reset/, /Check the network/],
  ];

  it.each(answers)(
    "%s: a sentence of its own, from probe, claim, save and retire alike",
    async (_name, trouble, reason, remedy) => {
      await writeBackOf().save(id, grantOf(1), nothingStored, testIO());
      // Only silence is waited out; all else may take the time that a busy machine takes.
      const writeBack = writeBackOf("hang" in trouble ? 300 : undefined);
      server.trouble = ({ method }) => (method === "GET" ? undefined : trouble);
      // A 404 of a write makes it create the variable; that answers the same.
      if (trouble === answers[4]?.[1]) server.trouble = () => trouble;
      const version = { generation: 1, fingerprint: grantOf(1).fingerprint };
      const intent = { id: "i", version, host: "h", run: "r", at: new Date(), deadline: new Date(), attempt: 1 };
      const calls: readonly (readonly [string, () => Promise<unknown> | undefined])[] = [
        ["ERR_WRITEBACK_UNWRITABLE", () => writeBack.probe(id, shape, testIO())],
        ["ERR_WRITEBACK_UNWRITABLE", () => writeBack.claim?.(id, intent, version, testIO())],
        ["ERR_WRITEBACK_SAVE_FAILED", () => writeBack.save(id, grantOf(2), version, testIO())],
        ["ERR_WRITEBACK_UNWRITABLE", () => writeBack.retire?.(id, version, testIO())],
      ];
      for (const [code, call] of calls) {
        const error = await refusalOf(Promise.resolve(call()));
        expect(error.code).toBe(code);
        expect(String(error.facts["reason"])).toMatch(reason);
        expect(String(error.facts["remedy"])).toMatch(remedy);
        expect(`${error.message} ${error.fix}`).not.toMatch(/rft\.|act\.|glpat/);
      }
      server.trouble = undefined;
      const stored = await writeBackOf().read(id, testIO());
      expect(stored?.refreshToken?.reveal()).toBe(grantOf(1).refreshToken?.reveal());
    },
  );

  it("is not asked a second time after a 401, and is after a short 429", async () => {
    await writeBackOf().save(id, grantOf(1), nothingStored, testIO());
    const count = async (trouble: Trouble, times: number): Promise<number> => {
      let left = times;
      const before = server.seen.length;
      server.trouble = () => (left-- > 0 ? trouble : undefined);
      await writeBackOf()
        .read(id, testIO())
        .catch(() => undefined);
      return server.seen.length - before;
    };
    expect(await count({ answer: { status: 401, body: {} } }, 99)).toBe(1);
    expect(await count({ answer: { status: 429, body: "Retry later" }, headers: { "retry-after": "0" } }, 1)).toBe(4);
    expect(await count({ answer: { status: 502, body: "" } }, 1)).toBe(4);
    expect(await count({ drop: true }, 1)).toBe(4);
  });
});

describe("a save that is cut off", () => {
  const version = () => ({ generation: 1, fingerprint: grantOf(1).fingerprint });

  /** Saves generation 2 with the connection cut at the nth write, before or after GitLab did it. */
  const cutAt = async (nth: number, after: boolean): Promise<boolean> => {
    await writeBackOf().save(id, grantOf(1), nothingStored, testIO());
    let writes = 0;
    let cut = false;
    server.trouble = ({ method }) => {
      // A killed process sends nothing more.
      if (cut || (method !== "GET" && ++writes === nth)) {
        cut = true;
        return { drop: true, after: after && writes === nth };
      }
      return undefined;
    };
    await writeBackOf()
      .save(id, grantOf(2), version(), testIO())
      .catch(() => undefined);
    server.trouble = undefined;
    return cut;
  };

  it.each([1, 2, 3].flatMap((nth) => [false, true].map((after) => [nth, after] as const)))(
    "at write %i (done by GitLab: %s) leaves a token that works and a record that is true, and can be made again",
    async (nth, after) => {
      expect(await cutAt(nth, after)).toBe(true);
      const fresh = writeBackOf();
      const found = await fresh.read(id, testIO());
      const arrived = nth > 1 || after;
      expect(found?.refreshToken?.reveal()).toBe(grantOf(arrived ? 2 : 1).refreshToken?.reveal());
      // What is said about a token is about that token.
      if (found?.generation !== undefined) expect(found.fingerprint).toBe(grantOf(found.generation).fingerprint);
      if (found?.accessTokenExpiresAt !== undefined && found.accessToken !== undefined)
        expect(found.accessToken.reveal()).toBe(grantOf(found.accessTokenExpiresAt.getUTCDate()).accessToken?.reveal());
      await fresh.save(id, grantOf(2), version(), testIO());
      const whole = await fresh.read(id, testIO());
      expect(whole).toMatchObject({ generation: 2, scopes: ["video.publish"] });
      expect(whole?.accessToken?.reveal()).toBe(grantOf(2).accessToken?.reveal());
    },
  );

  it.each([1, 2, 3])("at write %i of a retirement leaves no token that would be presented again", async (nth) => {
    await writeBackOf().save(id, grantOf(1), nothingStored, testIO());
    let writes = 0;
    server.trouble = ({ method }) => (method !== "GET" && ++writes >= nth ? { drop: true, after: true } : undefined);
    await writeBackOf()
      .retire?.(id, version(), testIO(), "elsewhere")
      .catch(() => undefined);
    server.trouble = undefined;
    expect(await writeBackOf().read(id, testIO())).toMatchObject({ generation: 2, retired: { movedTo: "elsewhere" } });
    await writeBackOf().retire?.(id, version(), testIO(), "elsewhere");
    expect(server.project.variables.list().map(({ key }) => key)).toEqual(["TIKTOK_BRAND_A_STATE"]);
  });
});
