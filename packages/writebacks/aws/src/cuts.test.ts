import { inspect } from "node:util";
import { describe, expect, it, vi } from "vitest";
import { fingerprintOf, nothingStored, secret } from "@tokenward/core";
import { testIO } from "@tokenward/testing";
import { id, onMoto, refusalOf, shape } from "./test/moto-ground.ts";

onMoto("cut off in between", (ground) => {
  /** From the nth write on nothing gets through; `after`: that one still does, but nobody hears of it. */
  const cutAt = (nth: number, after: boolean): { readonly reached: () => boolean } => {
    let writes = 0;
    let cut = false;
    ground().front.trouble = ({ action }) => {
      if (cut) return { drop: true };
      if (action === "GetSecretValue" || ++writes !== nth) return undefined;
      cut = true;
      return { drop: true, after };
    };
    // One try only, as a process has that is killed.
    vi.stubEnv("AWS_MAX_ATTEMPTS", "1");
    return { reached: () => cut };
  };
  const heal = (): void => {
    ground().front.trouble = undefined;
  };
  const both = (writes: number): readonly (readonly [number, boolean])[] =>
    Array.from({ length: writes }, (_, index) => index + 1).flatMap((nth) => [
      [nth, false] as const,
      [nth, true] as const,
    ]);

  it.each(both(1))("the first save of all (write %i, done: %s) is whole or absent", async (nth, after) => {
    const { writeBack, grant, version } = ground();
    const cut = cutAt(nth, after);
    await refusalOf(writeBack().save(id, grant(1), nothingStored, testIO()));
    expect(cut.reached()).toBe(true);
    heal();
    const found = await writeBack().read(id, testIO());
    if (after) expect(found).toMatchObject(version(1));
    else expect(found).toBeUndefined();
    await writeBack().save(id, grant(1), nothingStored, testIO());
    expect(await writeBack().read(id, testIO())).toMatchObject(version(1));
  });

  it.each(both(1))("a claim (write %i, done: %s) stands or does not, and can be made again", async (nth, after) => {
    const { writeBack, grant, version, intent, versions } = ground();
    for (const base of [nothingStored, version(1)]) {
      if (base !== nothingStored) await writeBack().save(id, grant(1), { ...nothingStored }, testIO());
      const cut = cutAt(nth, after);
      await refusalOf(writeBack().claim?.(id, intent("a", 1), base, testIO()));
      expect(cut.reached()).toBe(true);
      heal();
      expect((await writeBack().read(id, testIO()))?.claim?.id).toBe(after ? "a" : undefined);
      await writeBack().claim?.(id, intent("a", 1), base, testIO());
      expect((await writeBack().read(id, testIO()))?.claim?.id).toBe("a");
      const made = (await versions()).size;
      await writeBack().claim?.(id, intent("a", 1), base, testIO());
      expect((await versions()).size).toBe(made);
      // Nobody else's claim goes over it.
      expect((await refusalOf(writeBack().claim?.(id, intent("b", 1), base, testIO()))).code).toBe(
        "ERR_WRITEBACK_CONFLICT",
      );
    }
  });

  it.each(both(3))("a retirement (write %i, done: %s) ends with no token in any stage", async (nth, after) => {
    const { writeBack, grant, version, versions, ask, secretName } = ground();
    await writeBack().save(id, grant(1), nothingStored, testIO());
    await writeBack().save(id, grant(2), version(1), testIO());
    const cut = cutAt(nth, after);
    await refusalOf(writeBack().retire?.(id, version(2), testIO(), "gitlab:elsewhere"));
    expect(cut.reached()).toBe(true);
    heal();
    const found = await writeBack().read(id, testIO());
    if (nth > 1 || after) expect(found).toMatchObject({ generation: 3, retired: { movedTo: "gitlab:elsewhere" } });
    else expect(found).toMatchObject(version(2));
    await writeBack().retire?.(id, version(2), testIO(), "gitlab:elsewhere");
    expect(await writeBack().read(id, testIO())).toMatchObject({ generation: 3 });
    const staged = [...(await versions())].filter(([, stages]) => stages.length > 0);
    for (const [VersionId] of staged)
      expect(inspect(await ask("GetSecretValue", { SecretId: secretName, VersionId }))).not.toMatch(/rft\.|act\./);
  });

  it.each(both(2))("a probe (write %i, done: %s) leaves what was there", async (nth, after) => {
    const { writeBack, grant, plainly } = ground();
    await writeBack().save(id, grant(1), nothingStored, testIO());
    const before = inspect([await writeBack().read(id, testIO()), await plainly()]);
    const cut = cutAt(nth, after);
    await refusalOf(writeBack().probe(id, shape, testIO()));
    expect(cut.reached()).toBe(true);
    heal();
    expect(inspect([await writeBack().read(id, testIO()), await plainly()])).toBe(before);
    await writeBack().probe(id, shape, testIO());
  });

  it("an answer that gets lost is asked for again by the same request, and makes nothing twice", async () => {
    const { writeBack, grant, version, front, versions } = ground();
    for (const action of ["CreateSecret", "PutSecretValue", "UpdateSecretVersionStage"]) {
      let lost = 0;
      front.trouble = (call) => (call.action === action && lost++ === 0 ? { drop: true, after: true } : undefined);
      if (action === "CreateSecret") await writeBack().save(id, grant(1), nothingStored, testIO());
      else if (action === "PutSecretValue") await writeBack().save(id, grant(2), version(1), testIO());
      else await writeBack().save(id, grant(3), version(2), testIO());
      expect(lost).toBeGreaterThan(1);
    }
    expect(await writeBack().read(id, testIO())).toMatchObject(version(3));
    expect((await versions()).size).toBe(3);
  });
});

onMoto("what does not fit, or is not what it should be", (ground) => {
  it("big grants are kept whole, and one that is too big is refused before it is sent", async () => {
    const { writeBack, grant, version, front, target } = ground();
    const withToken = (bytes: number, generation: number) => {
      const refreshToken = secret(`rft.${"x".repeat(bytes - 4)}`);
      return {
        ...grant(generation),
        accessToken: undefined,
        refreshToken,
        fingerprint: fingerprintOf(target, refreshToken),
      };
    };
    const big = withToken(60_000, 1);
    await writeBack().save(id, big, nothingStored, testIO());
    expect((await writeBack().read(id, testIO()))?.refreshToken?.reveal()).toHaveLength(60_000);
    const before = front.calls.length;
    const said = await refusalOf(
      writeBack().save(id, withToken(65_600, 2), { generation: 1, fingerprint: big.fingerprint }, testIO()),
    );
    expect(said.code).toBe("ERR_WRITEBACK_SAVE_FAILED");
    expect(said.message).toMatch(/bytes are more than a secret may hold \(65536\)/);
    expect(said.message).not.toContain("xxx");
    expect(front.calls.slice(before).map(({ action }) => action)).toEqual(["GetSecretValue", "GetSecretValue"]);
    expect(await writeBack().read(id, testIO())).toMatchObject({ generation: 1 });
    expect(version(1).generation).toBe(1);
    // What stands beside the tokens counts in the probe, too.
    const long = { longestToken: 61_000, rotates: true };
    await writeBack({ access_token: false }).probe(id, long, testIO());
    expect((await refusalOf(writeBack().probe(id, long, testIO()))).message).toMatch(/126\d{3} bytes are more/);
  });

  it("a secret scheduled for deletion is said to be so by the service itself", async () => {
    const { writeBack, grant, ask, secretName } = ground();
    await writeBack().save(id, grant(1), nothingStored, testIO());
    await ask("DeleteSecret", { SecretId: secretName, RecoveryWindowInDays: 7 });
    const said = await refusalOf(writeBack().read(id, testIO()));
    expect(said.message).toContain("is scheduled for deletion");
    expect(said.fix).toContain(`restore-secret --secret-id ${secretName}`);
    await ask("RestoreSecret", { SecretId: secretName });
    expect(await writeBack().read(id, testIO())).toMatchObject({ generation: 1 });
  });

  it("a cut answer puts nothing of itself into the error, nor into its cause", async () => {
    const { writeBack, front } = ground();
    for (const text of ['{"SecretString":"{\\"refresh_token\\":\\"rft.before', "rft.before", "[]"]) {
      front.trouble = () => ({ text });
      const said = await writeBack()
        .read(id, testIO())
        .catch((error: unknown) => error);
      expect(inspect(said, { depth: 9, showHidden: true })).not.toMatch(/rft|before/);
      expect(inspect((said as Error | undefined)?.cause, { depth: 9 })).not.toMatch(/rft|before/);
      if (text !== "[]") expect((said as Error).message).toContain("what answered is not Secrets Manager");
    }
  });

  it.each([
    ["text", "active"],
    ["a list", '["rft.in-a-list"]'],
    ["the record of another grant", '{"tokenward":{"v":1,"grant":"youtube"},"refresh_token":"rft.of-another"}'],
  ])("a secret that holds %s is refused and stays", async (_name, SecretString) => {
    const { writeBack, grant, ask, secretName, front } = ground();
    await ask("CreateSecret", { Name: secretName, SecretString, ClientRequestToken: "0".repeat(32) });
    const before = front.calls.length;
    for (const work of [
      () => writeBack().read(id, testIO()),
      () => writeBack().probe(id, shape, testIO()),
      () => writeBack().save(id, grant(1), nothingStored, testIO()),
    ]) {
      const said = await refusalOf(work());
      expect(said.message).toContain("holds something else than Tokenward's record");
      expect(`${said.message} ${said.fix}`).not.toMatch(/rft\./);
    }
    expect(front.calls.slice(before).every(({ action }) => action === "GetSecretValue")).toBe(true);
  });

  it("keeps an access token that an exchange presents, whatever is asked for, and others only on request", async () => {
    const { writeBack, grant, plainly, target } = ground();
    const accessToken = secret("act.presented");
    const alone = {
      ...grant(1),
      refreshToken: undefined,
      accessToken,
      fingerprint: fingerprintOf(target, accessToken),
    };
    await writeBack({ access_token: false }).save(id, alone, nothingStored, testIO());
    expect(await plainly()).toMatchObject({ access_token: "act.presented" });
    expect((await writeBack().read(id, testIO()))?.accessToken?.reveal()).toBe("act.presented");
  });

  it("makes new secrets with the key that is named", async () => {
    const { writeBack, grant, front, ask, secretName } = ground();
    await writeBack({ kms_key_id: "alias/tokens" }).save(id, grant(1), nothingStored, testIO());
    expect(front.calls.find(({ action }) => action === "CreateSecret")?.input["KmsKeyId"]).toBe("alias/tokens");
    expect(await ask("DescribeSecret", { SecretId: secretName })).toMatchObject({ KmsKeyId: "alias/tokens" });
  });

  describe("time", () => {
    it("is over for every call when the caller's is, and the account is asked anew afterwards", async () => {
      const { writeBack, grant, version, intent, front } = ground();
      await writeBack().save(id, grant(1), nothingStored, testIO());
      const heard = Promise.withResolvers<undefined>();
      front.trouble = () => {
        heard.resolve(undefined);
        return { hang: true };
      };
      const caller = new AbortController();
      const io = testIO({ signal: caller.signal });
      const calls = [
        writeBack().read(id, io),
        writeBack().probe(id, shape, io),
        writeBack().claim?.(id, intent("a", 1), version(1), io),
        writeBack().save(id, grant(2), version(1), io),
        writeBack().retire?.(id, version(1), io),
      ].map(async (call) => await refusalOf(call));
      await heard.promise;
      caller.abort();
      for (const said of await Promise.all(calls)) expect(said.message).toContain("before its caller gave up");
      front.trouble = undefined;
      expect(await writeBack().read(id, testIO())).toMatchObject(version(1));
    });
  });
});
