import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fingerprintOf, nothingStored, secret, TokenwardError, type StoredGrant } from "@tokenward/core";
import { testIO } from "@tokenward/testing";
import { startGitlabServer, type GitlabServer, type StoredVariable } from "tokenward-counterparts/gitlab";
import { undescribed } from "tokenward-counterparts/gitlab/description";
import gitlab from "./index.ts";
import { canBeMasked } from "./variable.ts";

let server: GitlabServer;
beforeEach(async () => {
  server = await startGitlabServer();
});
afterEach(async () => {
  await server.close();
  expect(undescribed(server.seen)).toEqual([]);
});

const shape = { longestToken: 4096, rotates: true };
const writeBackOf = () => gitlab({ url: server.url, project: "agency/posting", token: secret(server.token) });
const grantOf = (generation: number, token = `rft.settings!${generation}`): StoredGrant => {
  const refreshToken = secret(token);
  return {
    id: "tiktok",
    platform: "tiktok",
    generation,
    fingerprint: fingerprintOf(`gitlab:${server.url}#42:TIKTOK@*`, refreshToken),
    refreshToken,
    accessToken: secret(`act.settings!${generation}`),
  };
};
const versionOf = ({ generation, fingerprint }: StoredGrant) => ({ generation, fingerprint });
const variable = (key: string): StoredVariable | undefined => server.project.variables.find(key);
async function refusalOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (TokenwardError.is(error)) return `${error.code}: ${error.message} ${error.fix}`;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("what a human set", () => {
  it("stays through probe, claim and saves: type, protection, masking, description", async () => {
    const { variables } = server.project;
    const mine = { variable_type: "file", protected: true, description: "ours", masked: false, raw: false };
    for (const field of ["REFRESH_TOKEN", "ACCESS_TOKEN"])
      variables.create({ key: `TIKTOK_${field}`, value: "by-hand-0001", ...mine });
    const stored = await writeBackOf().read("tiktok", testIO());
    await writeBackOf().probe("tiktok", shape, testIO());
    const fingerprint = fingerprintOf(
      await writeBackOf().target("tiktok", testIO()),
      stored?.refreshToken ?? secret("nothing"),
    );
    await writeBackOf().save("tiktok", grantOf(1), { fingerprint }, testIO());
    await writeBackOf().save("tiktok", grantOf(2), versionOf(grantOf(1)), testIO());
    expect(variable("TIKTOK_REFRESH_TOKEN")).toMatchObject({ ...mine, value: "rft.settings!2" });
    expect(variable("TIKTOK_ACCESS_TOKEN")).toMatchObject({ ...mine, value: "act.settings!2" });
    variables.update("TIKTOK_STATE", "*", { protected: true, description: "do not touch", masked: true });
    await writeBackOf().probe("tiktok", shape, testIO());
    await writeBackOf().save("tiktok", grantOf(3), versionOf(grantOf(2)), testIO());
    expect(variable("TIKTOK_STATE")).toMatchObject({ protected: true, description: "do not touch", masked: true });
  });
});

describe("masking", () => {
  it.each([
    ["a-z_and-more:/+=@.~", true, true],
    ["with!and%and$", false, true],
    ["seven77", false, false],
    ["white space", false, false],
    ["line\nbreak-in-it", false, false],
    ["", false, false],
  ])("%j: expanded %s, raw %s, as GitLab's own rule says", (value, expanded, raw) => {
    for (const [isRaw, allowed] of [
      [false, expanded],
      [true, raw],
    ] as const) {
      expect(canBeMasked(value, isRaw)).toBe(allowed);
      const key = `RULE_${isRaw ? "RAW" : "EXPANDED"}`;
      expect(server.project.variables.create({ key, value, masked: true, raw: isRaw }).status).toBe(
        allowed ? 201 : 400,
      );
    }
  });

  it("is left out where GitLab could not do it, and said to be: the token is the only copy", async () => {
    const io = testIO();
    await writeBackOf().save("tiktok", grantOf(1, "rft with space"), nothingStored, io);
    expect(variable("TIKTOK_REFRESH_TOKEN")).toMatchObject({ masked: false, value: "rft with space" });
    expect(variable("TIKTOK_ACCESS_TOKEN")).toMatchObject({ masked: true });
    expect(io.notes).toEqual([expect.stringContaining("TIKTOK_REFRESH_TOKEN is not masked")]);
    expect(io.notes.join()).not.toContain("rft with");
  });

  it.each(["TIKTOK_REFRESH_TOKEN", "TIKTOK_ACCESS_TOKEN", "TIKTOK_STATE"])(
    "of %s without raw is refused before anything is written, whatever is in it now",
    async (key) => {
      server.project.variables.create({ key, value: "by-hand-0001", masked: true });
      const before = structuredClone(server.project.variables.list());
      const said = await refusalOf(writeBackOf().probe("tiktok", shape, testIO()));
      expect(said).toContain(`ERR_WRITEBACK_UNWRITABLE`);
      expect(said).toContain(`${key} is masked but not raw`);
      expect(said).toContain(`variables/${key}' --data '{"raw":true,`);
      expect(server.project.variables.list()).toEqual(before);
    },
  );
});

describe("length", () => {
  it("up to what a job can be started with is kept whole", async () => {
    const long = `rft.${"x".repeat(125_000)}`;
    await writeBackOf().probe("tiktok", { longestToken: long.length, rotates: true }, testIO());
    await writeBackOf().save("tiktok", grantOf(1, long), nothingStored, testIO());
    expect((await writeBackOf().read("tiktok", testIO()))?.refreshToken?.reveal()).toBe(long);
  });

  it("counts the variable's name, as the system does that starts the job", async () => {
    const fits = 131_072 - "TIKTOK_REFRESH_TOKEN=".length;
    await writeBackOf().probe("tiktok", { longestToken: fits, rotates: true }, testIO());
    const said = await refusalOf(writeBackOf().probe("tiktok", { longestToken: fits + 1, rotates: true }, testIO()));
    expect(said).toContain("is longer than a job's environment can take in TIKTOK_REFRESH_TOKEN");
  });
});

describe("a probe where nothing is", () => {
  it("makes a record that says nothing, and the grant still is not there", async () => {
    await writeBackOf().probe("tiktok", shape, testIO());
    expect(server.project.variables.list().map(({ key }) => key)).toEqual(["TIKTOK_STATE"]);
    expect(await writeBackOf().read("tiktok", testIO())).toBeUndefined();
    await writeBackOf().probe("tiktok", shape, testIO());
    await writeBackOf().save("tiktok", grantOf(1), nothingStored, testIO());
    expect(await writeBackOf().read("tiktok", testIO())).toMatchObject(versionOf(grantOf(1)));
  });

  it("is refused by a project that is full, before anything is spent", async () => {
    server.project.variables.limit = 0;
    expect(await refusalOf(writeBackOf().probe("tiktok", shape, testIO()))).toMatch(
      /ERR_WRITEBACK_UNWRITABLE.*Maximum number of project ci variables \(0\) exceeded/,
    );
  });
});

describe("url", () => {
  it.each(["", "/", "/api/v4", "/api/v4/"])("with %j behind it is the same place", async (path) => {
    const url = `${server.url}${path}`;
    const writeBack = gitlab({ url, project: "42", token: secret(server.token) });
    expect(await writeBack.target("tiktok", testIO())).toBe(`gitlab:${server.url}#42:TIKTOK@*`);
    await writeBack.probe("tiktok", shape, testIO());
  });

  it("is spelled in one way, and may have a path of its own", async () => {
    const targetOf = async (url: string) =>
      await gitlab({ url, project: "42", token: secret("glpat-url") }).target("tiktok", testIO());
    expect(await targetOf("https://GitLab.example:443/")).toBe("gitlab:https://gitlab.example#42:TIKTOK@*");
    expect(await targetOf("https://example.org/git/lab/")).toBe("gitlab:https://example.org/git/lab#42:TIKTOK@*");
  });
});
