import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fingerprintOf, nothingStored, secret, TokenwardError, type StoredGrant } from "@tokenward/core";
import { testIO } from "@tokenward/testing";
import { startGitlabServer, type GitlabServer, type StoredVariable } from "tokenward-counterparts/gitlab";
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

const shape = { longestToken: 4096, rotates: true };
const options = () => ({ url: server.url, project: "agency/posting", token: secret(server.token) });
const variable = (key: string): StoredVariable => {
  const found = server.project.variables.find(key);
  if (found === undefined) throw new Error(`${key} is not there`);
  return found;
};
const state = (): Readonly<Record<string, unknown>> =>
  JSON.parse(variable("TIKTOK_STATE").value) as Readonly<Record<string, unknown>>;
const grantOf = (generation: number, scope = "*"): StoredGrant => {
  const refreshToken = secret(`rft.layout!${generation}`);
  const target = `gitlab:${server.url}#42:TIKTOK@${scope}`;
  return {
    id: "tiktok",
    platform: "tiktok",
    generation,
    fingerprint: fingerprintOf(target, refreshToken),
    refreshToken,
    accessToken: secret(`act.layout!${generation}`),
    refreshTokenExpiresAt: new Date("2027-11-22T00:00:00Z"),
  };
};
const version = (generation: number) => ({ generation, fingerprint: grantOf(generation).fingerprint });

async function refusalOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (TokenwardError.is(error)) return `${error.code}: ${error.message} ${error.fix}`;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("the variables", () => {
  it("are what jobs read: tokens masked and raw, the record plain and without a secret", async () => {
    await gitlab(options()).save("tiktok", grantOf(1), nothingStored, testIO());
    expect(server.project.variables.environment()).toMatchObject({
      TIKTOK_REFRESH_TOKEN: "rft.layout!1",
      TIKTOK_ACCESS_TOKEN: "act.layout!1",
    });
    for (const key of ["TIKTOK_REFRESH_TOKEN", "TIKTOK_ACCESS_TOKEN"])
      expect(variable(key)).toMatchObject({ masked: true, raw: true, hidden: false, environment_scope: "*" });
    expect(variable("TIKTOK_STATE")).toMatchObject({ masked: false, raw: true });
    expect(variable("TIKTOK_STATE").value).not.toMatch(/[\n\r]|rft\.|act\./);
    expect(state()).toMatchObject({ generation: 1, refresh_token_expires_at: "2027-11-22T00:00:00.000Z" });
  });

  it("are written in this order: refresh token, record, access token", async () => {
    await gitlab(options()).save("tiktok", grantOf(1), nothingStored, testIO());
    const before = server.seen.length;
    await gitlab(options()).save("tiktok", grantOf(2), version(1), testIO());
    const writes = server.seen.slice(before).filter(({ method }) => method === "PUT");
    expect(writes.map(({ path }) => path.split("/").at(-1))).toEqual([
      "TIKTOK_REFRESH_TOKEN",
      "TIKTOK_STATE",
      "TIKTOK_ACCESS_TOKEN",
    ]);
  });

  it("keep their attributes, and are always named with their scope", async () => {
    const { variables } = server.project;
    const mine = { environment_scope: "production", protected: true, masked: true, raw: true, description: "ours" };
    variables.create({ key: "TIKTOK_REFRESH_TOKEN", value: "rft.by-hand-1", ...mine });
    variables.create({ key: "TIKTOK_REFRESH_TOKEN", value: "rft.staging-1", environment_scope: "staging" });
    const writeBack = gitlab({ ...options(), environment_scope: "production" });
    const found = await writeBack.read("tiktok", testIO());
    expect([found?.generation, found?.refreshTokenExpiresAt]).toEqual([undefined, undefined]);
    expect(found?.refreshToken?.reveal()).toBe("rft.by-hand-1");
    const fingerprint = fingerprintOf(
      await writeBack.target("tiktok", testIO()),
      found?.refreshToken ?? secret("nothing"),
    );
    await writeBack.save("tiktok", grantOf(1, "production"), { fingerprint }, testIO());
    expect(variables.find("TIKTOK_REFRESH_TOKEN", "production")).toMatchObject({ ...mine, value: "rft.layout!1" });
    expect(variables.find("TIKTOK_REFRESH_TOKEN", "staging")?.value).toBe("rft.staging-1");
    expect(variables.find("TIKTOK_ACCESS_TOKEN", "production")?.masked).toBe(true);
    for (const { method, query, path, body } of server.seen) {
      const nested = (body as { readonly filter?: { readonly environment_scope?: string } } | undefined)?.filter;
      if (path.includes("/variables/") && method !== "POST")
        expect(nested?.environment_scope ?? query["filter[environment_scope]"]).toBe("production");
    }
  });

  it("say nothing about a token that a human put there since, but who is at work", async () => {
    const writeBack = gitlab(options());
    await writeBack.save("tiktok", grantOf(1), nothingStored, testIO());
    variable("TIKTOK_REFRESH_TOKEN").value = "rft.new-consent";
    const found = await writeBack.read("tiktok", testIO());
    expect(found?.refreshToken?.reveal()).toBe("rft.new-consent");
    expect([found?.generation, found?.fingerprint, found?.refreshTokenExpiresAt]).toEqual(Array(3).fill(undefined));
    expect(await refusalOf(writeBack.save("tiktok", grantOf(2), version(1), testIO()))).toContain("CONFLICT");
    expect(variable("TIKTOK_REFRESH_TOKEN").value).toBe("rft.new-consent");
  });

  it("of a group are the group's", async () => {
    const writeBack = gitlab({ url: server.url, group: "agency", token: secret(server.token) });
    expect(await writeBack.target("tiktok", testIO())).toBe(`gitlab:${server.url}#group-7:TIKTOK@*`);
    await writeBack.save("tiktok", grantOf(1), nothingStored, testIO());
    expect(server.group.variables.find("TIKTOK_REFRESH_TOKEN")?.value).toBe("rft.layout!1");
    expect(server.project.variables.list()).toEqual([]);
  });

  it("give one target to a path and to its number, and another one to each scope", async () => {
    const target = await gitlab(options()).target("tiktok", testIO());
    expect(target).toBe(`gitlab:${server.url}#42:TIKTOK@*`);
    expect(await gitlab({ ...options(), project: "42", url: `${server.url}/` }).target("tiktok", testIO())).toBe(
      target,
    );
    expect(await gitlab({ ...options(), environment_scope: "prod" }).target("tiktok", testIO())).toMatch(/@prod$/);
  });

  it("that a human filled with something else than a record are left as they are", async () => {
    server.project.variables.create({ key: "TIKTOK_STATE", value: "active" });
    const said = await refusalOf(gitlab(options()).read("tiktok", testIO()));
    expect(said).toContain("TIKTOK_STATE of project agency/posting is not a record of Tokenward's");
    expect(said).toContain("Delete TIKTOK_STATE");
    expect(variable("TIKTOK_STATE").value).toBe("active");
  });
});

describe("a hidden variable", () => {
  const hide = (key: string, value: string): void => {
    server.project.variables.remove(key, "*");
    server.project.variables.create({ key, value, masked_and_hidden: true, raw: true });
  };

  it("is known from the job's environment, if the record calls that token current", async () => {
    const writeBack = gitlab(options());
    await writeBack.save("tiktok", grantOf(1), nothingStored, testIO());
    hide("TIKTOK_REFRESH_TOKEN", "rft.layout!1");
    const fresh = gitlab(options());
    const current = testIO({ env: { TIKTOK_REFRESH_TOKEN: "rft.layout!1" } });
    expect(await fresh.read("tiktok", current)).toMatchObject({ generation: 1 });

    await fresh.save("tiktok", grantOf(2), version(1), current);
    expect(variable("TIKTOK_REFRESH_TOKEN")).toMatchObject({ hidden: true, value: "rft.layout!2" });
    // This process knows what it saved; the next one, started with the old environment, does not.
    expect((await fresh.read("tiktok", current))?.refreshToken?.reveal()).toBe("rft.layout!2");
    const said = await refusalOf(gitlab(options()).read("tiktok", current));
    expect(said).toContain("TIKTOK_REFRESH_TOKEN is hidden");
    expect(said).toContain("Start a new pipeline");
    expect(said).not.toContain("rft.");
  });

  it("without a record is refused: nothing says that the environment's token is the current one", async () => {
    hide("TIKTOK_REFRESH_TOKEN", "rft.layout!1");
    const io = testIO({ env: { TIKTOK_REFRESH_TOKEN: "rft.layout!1" } });
    expect(await refusalOf(gitlab(options()).read("tiktok", io))).toContain("ERR_WRITEBACK_UNREADABLE");
  });
});

describe("probe", () => {
  it("rewrites the record only, byte for byte", async () => {
    const writeBack = gitlab(options());
    await writeBack.save("tiktok", grantOf(1), nothingStored, testIO());
    const before = structuredClone(server.project.variables.list());
    const asked = server.seen.length;
    await writeBack.probe("tiktok", shape, testIO());
    expect(server.project.variables.list()).toEqual(before);
    const writes = server.seen.slice(asked).filter(({ method }) => method !== "GET");
    expect(writes.map(({ path }) => path)).toEqual(["/api/v4/projects/agency/posting/variables/TIKTOK_STATE"]);
  });

  it("refuses a masked variable that is not raw, with the command that makes it so", async () => {
    const mine = { key: "TIKTOK_REFRESH_TOKEN", value: "rft.by-hand-1", masked: true };
    server.project.variables.create(mine);
    // Another one of that name: the command must say which is meant.
    server.project.variables.create({ ...mine, environment_scope: "staging" });
    const said = await refusalOf(gitlab(options()).probe("tiktok", shape, testIO()));
    expect(said).toContain("masked but not raw");
    const command = /`(curl [^`]*)`/.exec(said)?.[1] ?? "";
    expect(command).toContain("$GITLAB_TOKEN");
    // The address and the body of that very command, asked of GitLab.
    const address = /'(http[^']*)'/.exec(command)?.[1] ?? "";
    const body = /--data '([^']*)'/.exec(command)?.[1] ?? "";
    const headers = { "private-token": server.token, "content-type": "application/json" };
    expect((await fetch(address, { method: "PUT", headers, body })).status).toBe(200);
    expect(variable("TIKTOK_REFRESH_TOKEN")).toMatchObject({ raw: true, value: "rft.by-hand-1" });
    await gitlab(options()).probe("tiktok", shape, testIO());
  });

  it("refuses tokens that no job could be started with", async () => {
    const long = { longestToken: 140_000, rotates: true };
    expect(await refusalOf(gitlab(options()).probe("tiktok", long, testIO()))).toContain("140000 bytes is longer");
    expect(server.project.variables.list()).toEqual([]);
  });
});

describe("the access token's own end", () => {
  it("is the beginning of the day that GitLab names", async () => {
    server.tokenEnd = "2027-03-01";
    expect(await gitlab(options()).credentialExpiry?.(testIO())).toEqual(new Date("2027-03-01T00:00:00Z"));
  });

  it("is unknown where GitLab does not say", async () => {
    expect(await gitlab(options()).credentialExpiry?.(testIO())).toBeUndefined();
    server.trouble = () => ({ answer: { status: 404, body: {} } });
    expect(await gitlab(options()).credentialExpiry?.(testIO())).toBeUndefined();
  });
});

describe("options", () => {
  it.each([
    [{}, "project"],
    [{ project: "1", group: "2" }, "project"],
    [{ project: "1", token: "glpat-literal" }, "token"],
    [{ project: "1", url: "gitlab.example" }, "url"],
    [{ project: "1", environment_scope: "" }, "environment_scope"],
    [{ project: "1", layout: "json" }, "layout"],
  ])("%j is a mistake in %s", (given, path) => {
    const all = { token: secret("glpat-options"), ...given } as unknown as Parameters<typeof gitlab>[0];
    expect(() => gitlab(all)).toThrow(path);
  });
});
