import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { describe, expect, it, vi } from "vitest";
import { fingerprintOf, nothingStored, secret } from "@tokenward/core";
import { testIO } from "@tokenward/testing";
import { id, onMoto, refusalOf, shape } from "./test/moto-ground.ts";

onMoto("the versions of a secret", (ground) => {
  const writesOf = (): readonly string[] =>
    ground()
      .front.calls.map(({ action }) => action)
      .filter((action) => action !== "" && action !== "GetSecretValue" && action !== "ListSecretVersionIds");

  it("are two for a refresh: the claim and the new token, the second one current", async () => {
    const { writeBack, grant, version, intent, versions } = ground();
    await writeBack().save(id, grant(1), nothingStored, testIO());
    expect((await versions()).size).toBe(1);
    await writeBack().claim?.(id, intent("a", 1), version(1), testIO());
    await writeBack().save(id, grant(2), version(1), testIO());
    const found = await versions();
    expect(found.size).toBe(3);
    expect([...found.values()].filter((stages) => stages.includes("AWSCURRENT"))).toHaveLength(1);
    expect((await ground().plainly())["refresh_token"]).toBe("rft.aws-2");
    expect(await writeBack().read(id, testIO())).toMatchObject({ generation: 2, claim: undefined });
  });

  it("have ids made of the target and the version before, which two accounts or two bases do not share", async () => {
    const { writeBack, grant, version, front } = ground();
    await writeBack().save(id, grant(1), nothingStored, testIO());
    await writeBack().save(id, grant(2), version(1), testIO());
    const tokens = front.calls.map(({ input }) => input["ClientRequestToken"]).filter((token) => token !== undefined);
    expect(new Set(tokens).size).toBe(2);
    for (const token of tokens) expect(token).toMatch(/^[0-9a-f]{64}$/);
  });

  it("are read through both stages: the newer one, with its version, though nobody promoted it", async () => {
    const { writeBack, grant, version, front, plainly } = ground();
    await writeBack().save(id, grant(1), nothingStored, testIO());
    front.trouble = ({ action }) => (action === "UpdateSecretVersionStage" ? { drop: true } : undefined);
    expect((await refusalOf(writeBack().save(id, grant(2), version(1), testIO()))).code).toBe(
      "ERR_WRITEBACK_SAVE_FAILED",
    );
    front.trouble = undefined;
    expect((await plainly())["refresh_token"]).toBe("rft.aws-1");
    const found = await writeBack().read(id, testIO());
    expect(found).toMatchObject({ ...version(2), unfinished: true });
    expect(found?.refreshToken?.reveal()).toBe("rft.aws-2");
    // The next save goes on from there, and its promotion is that one's, too.
    await writeBack().save(id, grant(3), version(2), testIO());
    expect((await plainly())["refresh_token"]).toBe("rft.aws-3");
  });

  it("are read once more where they are moved between the two looks", async () => {
    const { writeBack, grant, version, front } = ground();
    await writeBack().save(id, grant(1), nothingStored, testIO());
    let reads = 0;
    let moving: Promise<void> | undefined;
    front.trouble = ({ action, accessKey }) => {
      if (accessKey !== "AKIAREADER" || action !== "GetSecretValue" || ++reads !== 2) return undefined;
      return { wait: (moving ??= rewrite()) };
    };
    const rewrite = async (): Promise<void> => {
      vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAWRITER");
      await writeBack().save(id, grant(2), version(1), testIO());
      await writeBack().save(id, grant(3), version(2), testIO());
    };
    vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAREADER");
    const found = await writeBack().read(id, testIO());
    expect(moving).toBeDefined();
    expect(found).toMatchObject(version(3));
    expect(found?.unfinished).toBeUndefined();
  });

  it("that a human rolled back are never taken for the newest ones", async () => {
    const { writeBack, grant, version, intent, ask, versions, secretName } = ground();
    const first = await (async () => {
      await writeBack().save(id, grant(1), nothingStored, testIO());
      return [...(await versions()).keys()][0];
    })();
    const rollBack = async (): Promise<void> => {
      const current = [...(await versions())].find(([, stages]) => stages.includes("AWSCURRENT"))?.[0];
      const to = { MoveToVersionId: first, RemoveFromVersionId: current };
      await ask("UpdateSecretVersionStage", { SecretId: secretName, VersionStage: "AWSCURRENT", ...to });
    };
    await writeBack().save(id, grant(2), version(1), testIO());
    await rollBack();
    // The one that was made over it still waits beside it.
    expect(await writeBack().read(id, testIO())).toMatchObject({ ...version(2), unfinished: true });
    await writeBack().save(id, grant(2), version(1), testIO());
    await writeBack().save(id, grant(3), version(2), testIO());
    await rollBack();
    // Further back, the old one is what reads; but nobody can claim it a second time.
    expect(await writeBack().read(id, testIO())).toMatchObject(version(1));
    const said = await refusalOf(writeBack().claim?.(id, intent("late", 1), version(1), testIO()));
    expect(said.code).toBe("ERR_WRITEBACK_CONFLICT");
    // Put there as a new version, it is a new consent.
    const text = JSON.stringify({ refresh_token: "rft.restored" });
    await ask("PutSecretValue", { SecretId: secretName, SecretString: text, ClientRequestToken: randomUUID() });
    const fingerprint = fingerprintOf(ground().target, secret("rft.restored"));
    await writeBack().claim?.(id, intent("again", 1), { fingerprint }, testIO());
    expect((await writeBack().read(id, testIO()))?.claim?.id).toBe("again");
  });

  it("keep other keys through claim, save, withdrawal and tombstone", async () => {
    const { writeBack, grant, version, intent, plainly, ask, secretName } = ground();
    const text = JSON.stringify({ client_id: "aw123", nested: { a: [1] } });
    await ask("CreateSecret", { Name: secretName, SecretString: text, ClientRequestToken: randomUUID() });
    expect(await writeBack().read(id, testIO())).toBeUndefined();
    await writeBack().probe(id, shape, testIO());
    expect(await plainly()).toEqual(JSON.parse(text));
    const kept = { client_id: "aw123", nested: { a: [1] } };
    await writeBack().save(id, grant(1), nothingStored, testIO());
    await writeBack().claim?.(id, intent("a", 1), version(1), testIO());
    await writeBack().claim?.(id, undefined, { ...version(1), claim: "a" }, testIO());
    await writeBack().save(id, grant(2), version(1), testIO());
    expect(await plainly()).toMatchObject({ ...kept, refresh_token: "rft.aws-2" });
    await writeBack().retire?.(id, version(2), testIO());
    expect(await plainly()).toMatchObject(kept);
    expect(await plainly()).not.toHaveProperty("refresh_token");
  });

  describe("before anything is spent", () => {
    it("are proven writable and movable with nothing coming of it, whatever is there", async () => {
      const { writeBack, grant, version, intent, front, versions, plainly } = ground();
      const stages: readonly (readonly [string, () => Promise<unknown> | undefined])[] = [
        ["a saved grant", () => writeBack().save(id, grant(1), nothingStored, testIO())],
        ["the same, probed again", () => undefined],
        ["a claim that waits", () => writeBack().claim?.(id, intent("a", 1), version(1), testIO())],
        ["a withdrawn one", () => writeBack().claim?.(id, undefined, { ...version(1), claim: "a" }, testIO())],
        ["another save", () => writeBack().save(id, grant(2), version(1), testIO())],
      ];
      for (const [, reach] of stages) {
        await reach();
        const ids = [...(await versions()).keys()];
        const [before, plain] = [await writeBack().read(id, testIO()), await plainly()];
        const asked = writesOf().length;
        await writeBack().probe(id, shape, testIO());
        expect(writesOf().slice(asked)).toEqual(["PutSecretValue", "UpdateSecretVersionStage"]);
        expect([...(await versions()).keys()]).toEqual(ids);
        expect(inspect(await writeBack().read(id, testIO()))).toBe(inspect(before));
        expect(await plainly()).toEqual(plain);
        for (const denied of ["PutSecretValue", "UpdateSecretVersionStage"]) {
          front.trouble = ({ action }) => (action === denied ? { error: "AccessDeniedException" } : undefined);
          const said = await refusalOf(writeBack().probe(id, shape, testIO()));
          expect(said.message).toContain(`may not do secretsmanager:${denied}`);
          front.trouble = undefined;
        }
      }
    });

    it("need the permission to make a secret, where there is none", async () => {
      const { writeBack, front, versions } = ground();
      front.trouble = ({ action }) => (action === "CreateSecret" ? { error: "AccessDeniedException" } : undefined);
      expect((await refusalOf(writeBack().probe(id, shape, testIO()))).message).toContain(
        "secretsmanager:CreateSecret",
      );
      front.trouble = undefined;
      await writeBack().probe(id, shape, testIO());
      expect(writesOf().slice(1)).toEqual(["CreateSecret", "PutSecretValue", "UpdateSecretVersionStage"]);
      expect((await versions()).size).toBe(1);
    });
  });
});
