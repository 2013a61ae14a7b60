import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  fingerprintOf,
  nothingStored,
  secret,
  systemIdentity,
  TokenwardError,
  type StoredGrant,
} from "@tokenward/core";
import { temporaryIdentity, testIO } from "@tokenward/testing";
import { startGitlabServer, type GitlabServer } from "tokenward-counterparts/gitlab";
import { undescribed } from "tokenward-counterparts/gitlab/description";
import gitlab from "./index.ts";

let server: GitlabServer;
let identity: ReturnType<typeof temporaryIdentity>;
beforeEach(async () => {
  server = await startGitlabServer();
  identity = temporaryIdentity();
  // As on a runner, where it comes from a secret: it is there before anything is sealed.
  await identity.ensure({ sealedDataExists: false });
});
afterEach(async () => {
  await server.close();
  expect(undescribed(server.seen)).toEqual([]);
});

const shape = { longestToken: 4096, rotates: true };
const io = () => testIO({ identity });
const writeBackOf = () => gitlab({ url: server.url, project: "42", token: secret(server.token), layout: "record" });
const grantOf = (generation: number, token = `rft.sealed!${generation}`): StoredGrant => {
  const refreshToken = secret(token);
  return {
    id: "tiktok",
    platform: "tiktok",
    generation,
    fingerprint: fingerprintOf(`gitlab:${server.url}#42:TIKTOK@*`, refreshToken),
    refreshToken,
    accessToken: secret(`act.sealed!${generation}`),
    refreshTokenExpiresAt: new Date("2027-11-22T00:00:00Z"),
  };
};
const version = (generation: number) => ({ generation, fingerprint: grantOf(generation).fingerprint });
const sealed = (): string => server.project.variables.find("TIKTOK_STATE")?.value ?? "";
async function refusalOf(work: Promise<unknown> | undefined): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (TokenwardError.is(error)) return `${error.code}: ${error.message} ${error.fix}`;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("layout: record", () => {
  it("is one masked variable of one line, and no other one", async () => {
    await writeBackOf().save("tiktok", grantOf(1), nothingStored, io());
    const all = server.project.variables.list();
    expect(all.map(({ key }) => key)).toEqual(["TIKTOK_STATE"]);
    expect(all[0]).toMatchObject({ masked: true, raw: true, hidden: false });
    // What GitLab masks even where a value is expanded, so neither `$` nor a line break can be in it.
    expect(sealed()).toMatch(/^[A-Za-z0-9_-]{8,}$/);
    expect(await writeBackOf().read("tiktok", io())).toMatchObject({ ...version(1), accessToken: expect.anything() });
  });

  it.each([false, true])(
    "is whole or absent when the one write of a save is cut (done by GitLab: %s)",
    async (after) => {
      await writeBackOf().save("tiktok", grantOf(1), nothingStored, io());
      server.trouble = ({ method }) => (method === "GET" ? undefined : { drop: true, after });
      expect(await refusalOf(writeBackOf().save("tiktok", grantOf(2), version(1), io()))).toContain("SAVE_FAILED");
      server.trouble = undefined;
      expect(await writeBackOf().read("tiktok", io())).toMatchObject(version(after ? 2 : 1));
      await writeBackOf().save("tiktok", grantOf(2), version(1), io());
      const whole = await writeBackOf().read("tiktok", io());
      expect(whole).toMatchObject(version(2));
      expect(whole?.accessToken?.reveal()).toBe("act.sealed!2");
    },
  );

  it("probes with the same bytes, and refuses what cannot be opened before anything is spent", async () => {
    await writeBackOf().save("tiktok", grantOf(1), nothingStored, io());
    const before = sealed();
    await writeBackOf().probe("tiktok", shape, io());
    expect(sealed()).toBe(before);
    const other = temporaryIdentity();
    await other.ensure({ sealedDataExists: false });
    const strange = testIO({ identity: other });
    for (const work of [writeBackOf().read("tiktok", strange), writeBackOf().probe("tiktok", shape, strange)]) {
      const said = await refusalOf(work);
      expect(said).toContain("cannot be opened with the identity in");
      expect(said).toContain("TOKENWARD_IDENTITY");
    }
    expect(sealed()).toBe(before);
  });

  it("is never sealed for an identity that was made just now: it would go with the machine", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tokenward-gitlab-"));
    const TOKENWARD_IDENTITY_FILE = join(folder, "identity.txt");
    const unmade = testIO({ identity: systemIdentity({ TOKENWARD_IDENTITY_FILE }) });
    for (const work of [
      () => writeBackOf().probe("tiktok", shape, unmade),
      () => writeBackOf().save("tiktok", grantOf(1), nothingStored, unmade),
    ])
      expect(await refusalOf(work())).toContain("ERR_STATE_IDENTITY");
    expect(server.project.variables.list()).toEqual([]);
    expect(existsSync(TOKENWARD_IDENTITY_FILE)).toBe(false);
    rmSync(folder, { recursive: true });
  });

  it("makes an empty record where nothing is, which still reads as nothing", async () => {
    await writeBackOf().probe("tiktok", shape, io());
    expect(sealed()).not.toBe("");
    expect(await writeBackOf().read("tiktok", io())).toBeUndefined();
    await writeBackOf().save("tiktok", grantOf(1), nothingStored, io());
    expect(await writeBackOf().read("tiktok", io())).toMatchObject(version(1));
  });

  it("keeps big grants as long as a job can be started with them, and refuses longer ones in the probe", async () => {
    const long = `rft.${"x".repeat(30_000)}`;
    await writeBackOf().save("tiktok", grantOf(1, long), nothingStored, io());
    expect((await writeBackOf().read("tiktok", io()))?.refreshToken?.reveal()).toBe(long);
    expect(sealed().length).toBeLessThan(131_072);
    const said = await refusalOf(writeBackOf().probe("tiktok", { longestToken: 60_000, rotates: true }, io()));
    expect(said).toMatch(/longer than a job's environment can take in TIKTOK_STATE/);
  });

  it("leaves a sealed tombstone", async () => {
    await writeBackOf().save("tiktok", grantOf(1), nothingStored, io());
    await writeBackOf().retire?.("tiktok", version(1), io(), "aws:elsewhere");
    expect(await writeBackOf().read("tiktok", io())).toMatchObject({
      generation: 2,
      retired: { movedTo: "aws:elsewhere" },
    });
    const text = Buffer.from(await identity.decrypt(Buffer.from(sealed(), "base64url"))).toString();
    expect(text).not.toMatch(/rft\.|act\./);
  });

  it("and layout: variables refuse each other's record, and leave it", async () => {
    const asVariables = gitlab({ url: server.url, project: "42", token: secret(server.token) });
    await asVariables.save("tiktok", grantOf(1), nothingStored, io());
    const plain = sealed();
    expect(await refusalOf(writeBackOf().read("tiktok", io()))).toContain("holds the record of `layout: variables`");
    expect(await refusalOf(writeBackOf().save("tiktok", grantOf(2), version(1), io()))).toContain("SAVE_FAILED");
    expect(sealed()).toBe(plain);
    server.project.variables.remove("TIKTOK_STATE", "*");
    await writeBackOf().save("tiktok", grantOf(2), nothingStored, io());
    expect(await refusalOf(asVariables.read("tiktok", io()))).toContain("is not a record of Tokenward's");
  });

  it("cannot be in a hidden variable, which nobody can read back", async () => {
    server.project.variables.create({ key: "TIKTOK_STATE", value: "sealed-value", masked_and_hidden: true, raw: true });
    expect(await refusalOf(writeBackOf().read("tiktok", io()))).toMatch(/TIKTOK_STATE of project 42 is hidden.*Delete/);
  });
});
