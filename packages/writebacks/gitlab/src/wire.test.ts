import { Gitlab } from "@gitbeaker/rest";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fingerprintOf, nothingStored, secret, type StoredGrant } from "@tokenward/core";
import { testIO } from "@tokenward/testing";
import { startGitlabServer, type GitlabServer, type SeenRequest } from "tokenward-counterparts/gitlab";
import { descriptionCheck, noDescription, undescribed } from "tokenward-counterparts/gitlab/description";
import { gitlabApi, type Caller } from "./gitlab-api.ts";
import gitlab from "./index.ts";

let server: GitlabServer;
beforeEach(async () => {
  server = await startGitlabServer();
});
afterEach(async () => await server.close());

const project = "agency/posting";
const scope = "production";
const fresh = { masked: true, description: "Kept by Tokenward" };

/** What two clients must agree on. */
function essence({ method, rawPath, query, body, headers }: SeenRequest): unknown {
  const type = body === undefined ? undefined : String(headers["content-type"]).split(";")[0];
  return { method, path: decodeURIComponent(rawPath), query, body, type, token: headers["private-token"] };
}

describe("on the wire, beside the client that others wrote", () => {
  const caller = (): Caller => ({ grant: "tiktok", io: testIO(), code: "ERR_WRITEBACK_UNREADABLE" });
  const both = async (ours: () => Promise<unknown>, theirs: () => Promise<unknown>): Promise<void> => {
    const asked = async (work: () => Promise<unknown>): Promise<readonly unknown[]> => {
      const before = server.seen.length;
      await work();
      return server.seen.slice(before).map((request) => essence(request));
    };
    expect(await asked(ours)).toEqual(await asked(theirs));
  };

  it("reads, sets, creates and removes variables with the same requests", async () => {
    const api = gitlabApi({ url: server.url, project, token: secret(server.token), environment_scope: scope });
    const peer = new Gitlab({ host: server.url, token: server.token });
    const filter = { environment_scope: scope };
    const { variables } = server.project;
    const put = async (): Promise<unknown> =>
      variables.create({ key: "TIKTOK_STATE", value: "{}", environment_scope: scope });

    await put();
    await both(
      async () => await api.variable("TIKTOK_STATE", caller()),
      async () => await peer.ProjectVariables.show(project, "TIKTOK_STATE", { filter }),
    );
    await both(
      async () => await api.put("TIKTOK_STATE", "{}", fresh, caller()),
      async () => await peer.ProjectVariables.edit(project, "TIKTOK_STATE", "{}", { filter }),
    );
    // That client puts the filter of a DELETE into a body; the description and GitLab's documentation want the query.
    const removals = server.seen.length;
    await api.remove("TIKTOK_STATE", caller());
    await put();
    await peer.ProjectVariables.remove(project, "TIKTOK_STATE", { filter });
    const [mine, other] = server.seen.slice(removals);
    expect([mine?.method, mine?.path]).toEqual([other?.method, other?.path]);
    expect(mine?.query["filter[environment_scope]"]).toBe(scope);
    expect(other?.body).toEqual({ filter: { environment_scope: scope } });
    const created = server.seen.length;
    await api.put("TIKTOK_REFRESH_TOKEN", secret("rft.wire-0001"), fresh, caller());
    const [, ours] = server.seen.slice(created).map((request) => essence(request));
    variables.remove("TIKTOK_REFRESH_TOKEN", scope);
    const theirs = server.seen.length;
    await peer.ProjectVariables.create(project, "TIKTOK_REFRESH_TOKEN", "rft.wire-0001", {
      raw: true,
      environmentScope: scope,
      ...fresh,
    });
    expect(ours).toEqual(essence(server.seen[theirs] as SeenRequest));
    await both(
      async () => await api.number(caller()),
      async () => await peer.Projects.show(project),
    );
    await both(
      async () => await api.tokenEnd(testIO()),
      async () => await peer.PersonalAccessTokens.show(),
    );
  });

  it("does so for a group, too", async () => {
    const api = gitlabApi({ url: server.url, group: "agency", token: secret(server.token), environment_scope: scope });
    const peer = new Gitlab({ host: server.url, token: server.token });
    const filter = { environment_scope: scope };
    server.group.variables.create({ key: "TIKTOK_STATE", value: "{}", environment_scope: scope });
    await both(
      async () => await api.variable("TIKTOK_STATE", caller()),
      async () => await peer.GroupVariables.show("agency", "TIKTOK_STATE", { filter } as object),
    );
    await both(
      async () => await api.put("TIKTOK_STATE", "{}", fresh, caller()),
      async () => await peer.GroupVariables.edit("agency", "TIKTOK_STATE", "{}", { filter }),
    );
    await both(
      async () => await api.number(caller()),
      async () => await peer.Groups.show("agency"),
    );
  });
});

const missing = noDescription();
describe.skipIf(missing !== undefined)(
  `against GitLab's published description${missing ? ` (skipped: ${missing})` : ""}`,
  () => {
    it("every request of a grant's whole life is one that it knows", async () => {
      for (const home of [{ project }, { group: "agency" }]) {
        for (const layout of ["variables", "record"] as const) {
          // One layout does not read the other's record.
          for (const { variables } of [server.project, server.group]) variables.remove("TIKTOK_STATE", "*");
          const writeBack = gitlab({ url: server.url, ...home, token: secret(server.token), layout });
          const io = testIO();
          await io.identity.ensure({ sealedDataExists: false });
          const refreshToken = secret("rft.described-1");
          const grant: StoredGrant = {
            id: "tiktok",
            platform: "tiktok",
            generation: 1,
            refreshToken,
            fingerprint: fingerprintOf(await writeBack.target("tiktok", io), refreshToken),
            accessToken: secret("act.described-1"),
          };
          await writeBack.probe("tiktok", { longestToken: 64, rotates: true }, io);
          await writeBack.save("tiktok", grant, nothingStored, io);
          const stored = await writeBack.read("tiktok", io);
          const expected = { generation: 1, fingerprint: stored?.fingerprint };
          const intent = { id: "i", version: expected, host: "h", run: "r", at: new Date(), deadline: new Date() };
          await writeBack.claim?.("tiktok", { ...intent, attempt: 1 }, expected, io);
          await writeBack.probe("tiktok", { longestToken: 64, rotates: true }, io);
          await writeBack.claim?.("tiktok", undefined, { ...expected, claim: "i" }, io);
          await writeBack.retire?.("tiktok", { generation: stored?.generation }, io);
          await writeBack.credentialExpiry?.(io);
        }
      }
      expect(server.seen.length).toBeGreaterThan(50);
      expect(undescribed(server.seen)).toEqual([]);
    });

    it("would notice a request that GitLab does not know", () => {
      const check = descriptionCheck();
      const request = { method: "PUT", rawPath: "/api/v4/projects/42/variables/X", path: "", query: {}, headers: {} };
      expect(check({ ...request, body: { value: "x" } })).toEqual([]);
      expect(check({ ...request, body: { value: 1 } })).not.toEqual([]);
      expect(check({ ...request, body: { value: "x", scope: "y" } })).toEqual(["property scope is not declared"]);
      expect(check({ ...request, rawPath: "/api/v4/projects/42/variable/X", body: {} })).not.toEqual([]);
      const wrong = [{ ...request, path: "/x", body: { value: 1 } }];
      expect(undescribed(wrong)).toEqual([expect.stringContaining("PUT /x")]);
    });
  },
);
