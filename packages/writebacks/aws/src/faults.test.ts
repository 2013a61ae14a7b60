import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { fingerprintOf, nothingStored, secret, TokenwardError, type Intent, type StoredGrant } from "@tokenward/core";
import { testIO } from "@tokenward/testing";
import {
  awsEnvironment,
  startFront,
  startMoto,
  unavailable,
  type AwsTrouble,
  type Front,
  type Moto,
} from "tokenward-counterparts/aws";
import aws, { type AwsOptions } from "./index.ts";

const missing = unavailable();
const id = "tiktok/brand-a";
const shape = { longestToken: 4096, rotates: true };

describe.skipIf(missing !== undefined)(`on moto${missing === undefined ? "" : ` (skipped: ${missing})`}`, () => {
  let moto: Moto;
  let front: Front;
  let prefix: string;
  beforeAll(async () => {
    moto = await startMoto();
  });
  afterAll(async () => await moto.close());
  beforeEach(async () => {
    for (const [name, value] of Object.entries(awsEnvironment)) vi.stubEnv(name, value);
    front = await startFront(moto.port);
    prefix = `faults-${randomUUID()}`;
  });
  afterEach(async () => await front.close());

  const writeBackOf = (options: AwsOptions = {}) =>
    aws({ prefix, endpoint: front.url, account: "123456789012", access_token: true, ...options });
  const target = (): string => `aws:123456789012:eu-central-1@${new URL(front.url).host}:${prefix}/${id}`;
  const grantOf = (generation: number): StoredGrant => {
    const refreshToken = secret(`rft.aws-faults-${generation}`);
    return {
      id,
      platform: "tiktok",
      account: "brand-a",
      generation,
      fingerprint: fingerprintOf(target(), refreshToken),
      refreshToken,
      accessToken: secret(`act.aws-faults-${generation}`),
      refreshTokenExpiresAt: new Date("2027-11-22T00:00:00Z"),
    };
  };
  const version = (generation: number) => ({ generation, fingerprint: grantOf(generation).fingerprint });
  const intentOf = (name: string, generation: number): Intent => ({
    id: name,
    version: version(generation),
    host: "host-a",
    run: name,
    at: new Date(0),
    deadline: new Date(1),
    attempt: 1,
  });
  const refusalOf = async (work: Promise<unknown> | undefined): Promise<TokenwardError> => {
    try {
      await work;
    } catch (error) {
      if (TokenwardError.is(error)) return error;
      throw error;
    }
    throw new Error("nothing was refused");
  };
  /** What a job sees that knows nothing of Tokenward. */
  const plainly = async (): Promise<Readonly<Record<string, unknown>>> => {
    const headers = {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "secretsmanager.GetSecretValue",
      authorization: "AWS4-HMAC-SHA256 Credential=AKIA/20261122/eu-central-1/secretsmanager/aws4_request",
    };
    const body = JSON.stringify({ SecretId: `${prefix}/${id}`, VersionStage: "AWSCURRENT" });
    const answer = (await (await fetch(front.url, { method: "POST", headers, body })).json()) as {
      readonly SecretString: string;
    };
    return JSON.parse(answer.SecretString) as Readonly<Record<string, unknown>>;
  };

  const exceptions: readonly (readonly [string, AwsTrouble, RegExp, RegExp])[] = [
    [
      "AccessDenied",
      { error: "AccessDeniedException" },
      /may not do secretsmanager:\w+ with the secret/,
      /Allow secretsmanager:/,
    ],
    ["ExpiredToken", { error: "ExpiredTokenException" }, /credentials have expired/, /Get new ones/],
    ["UnrecognizedClient", { error: "UnrecognizedClientException" }, /does not accept the credentials/, /access key/],
    ["scheduled for deletion", { error: "InvalidRequestException" }, /scheduled for deletion/, /restore-secret/],
    ["a disabled key", { error: "DecryptionFailure" }, /KMS key/, /kms:GenerateDataKey/],
    ["the quota", { error: "LimitExceededException" }, /about 100 versions/, /less often/],
    ["throttling", { error: "ThrottlingException" }, /asks for patience/, /Wait a minute/],
    ["an internal error", { error: "InternalServiceError", status: 500 }, /problem of its own/, /Wait until/],
    [
      "a proxy's 502",
      { error: "<unknown>", status: 502 },
      /Secrets Manager (refused|has a problem)/,
      /Check region|Wait/,
    ],
    ["silence", { hang: true }, /did not answer within 1 s/, /Check the network/],
    ["a reset", { drop: true }, /cannot be reached \(E\w+\)/, /Check the network/],
  ];
  it.each(exceptions)("%s: a sentence of its own, wherever it comes", async (_name, trouble, reason, remedy) => {
    await writeBackOf().save(id, grantOf(1), nothingStored, testIO());
    // Only silence is waited out; what is tried again by the SDK gets the time it wants.
    const slow = writeBackOf("hang" in trouble ? { timeout: 1000 } : {});
    front.trouble = () => trouble;
    const calls: readonly (readonly [string, Promise<unknown> | undefined])[] = [
      ["ERR_WRITEBACK_UNREADABLE", slow.read(id, testIO())],
      ["ERR_WRITEBACK_UNWRITABLE", slow.probe(id, shape, testIO())],
      ["ERR_WRITEBACK_UNWRITABLE", slow.claim?.(id, intentOf("i", 1), version(1), testIO())],
      ["ERR_WRITEBACK_SAVE_FAILED", slow.save(id, grantOf(2), version(1), testIO())],
    ];
    const errors = await Promise.all(calls.map(async ([, call]) => await refusalOf(call)));
    for (const [index, error] of errors.entries()) {
      expect(error.code).toBe(calls[index]?.[0]);
      expect(String(error.facts["reason"])).toMatch(reason);
      expect(String(error.facts["remedy"])).toMatch(remedy);
      expect(`${error.message} ${error.fix}`).not.toMatch(/rft\.|act\.|a counterpart takes any/);
    }
    front.trouble = undefined;
    expect((await writeBackOf().read(id, testIO()))?.generation).toBe(1);
  });

  it("ends when its caller does, although nothing answers", async () => {
    front.trouble = () => ({ hang: true });
    const caller = new AbortController();
    const reading = refusalOf(writeBackOf().read(id, testIO({ signal: caller.signal })));
    caller.abort();
    expect((await reading).code).toBe("ERR_WRITEBACK_UNREADABLE");
  });

  const cuts = [1, 2].flatMap((nth) => [false, true].map((after) => [nth, after] as const));
  it.each(cuts)(
    "a save cut off at write %i (done: %s) is whole or absent, and can be completed",
    async (nth, after) => {
      await writeBackOf().save(id, grantOf(1), nothingStored, testIO());
      let writes = 0;
      let cut = false;
      front.trouble = ({ action }) => {
        if (cut) return { drop: true };
        if (action === "GetSecretValue" || ++writes !== nth) return undefined;
        cut = true;
        return { drop: true, after };
      };
      // One try only, as a process has that is killed.
      vi.stubEnv("AWS_MAX_ATTEMPTS", "1");
      await refusalOf(writeBackOf().save(id, grantOf(2), version(1), testIO()));
      front.trouble = undefined;
      const found = await writeBackOf().read(id, testIO());
      const arrived = nth > 1 || after;
      expect(found?.refreshToken?.reveal()).toBe(`rft.aws-faults-${arrived ? 2 : 1}`);
      expect(found?.unfinished).toBe(arrived && !(nth === 2 && after) ? true : undefined);
      expect((await plainly())["refresh_token"]).toBe(`rft.aws-faults-${nth === 2 && after ? 2 : 1}`);
      await writeBackOf().save(id, grantOf(2), version(1), testIO());
      expect(await writeBackOf().read(id, testIO())).toMatchObject({ generation: 2 });
      expect((await plainly())["refresh_token"]).toBe("rft.aws-faults-2");
    },
  );

  it("lets one of many claim, and one of many save, also before anything is stored", async () => {
    for (const base of [nothingStored, version(1)]) {
      const claims = await Promise.allSettled(
        ["a", "b", "c", "d"].map(async (name) => await writeBackOf().claim?.(id, intentOf(name, 1), base, testIO())),
      );
      expect(claims.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      const claim = (await writeBackOf().read(id, testIO()))?.claim?.id;
      expect(claims[["a", "b", "c", "d"].indexOf(claim ?? "")]?.status).toBe("fulfilled");
      const generation = (base.generation ?? 0) + 1;
      const saves = await Promise.allSettled(
        [0, 1, 2].map(async (rival) => {
          const refreshToken = secret(`rft.aws-faults-${rival === 0 ? generation : `rival-${rival}`}`);
          const next = { ...grantOf(generation), refreshToken, fingerprint: fingerprintOf(target(), refreshToken) };
          await writeBackOf().save(id, next, base, testIO());
        }),
      );
      expect(saves.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      const stored = await writeBackOf().read(id, testIO());
      expect(stored).toMatchObject({ generation, claim: undefined });
      // The next round starts from a token that is known.
      if (base === nothingStored && stored?.fingerprint !== grantOf(1).fingerprint) {
        await writeBackOf().retire?.(id, { generation: 1, fingerprint: stored?.fingerprint }, testIO());
        await writeBackOf().save(id, grantOf(3), nothingStored, testIO());
        break;
      }
    }
  });

  it("keeps what is not its own, and reads what a human put there", async () => {
    await writeBackOf().save(id, grantOf(1), nothingStored, testIO());
    const text = JSON.stringify({ ...(await plainly()), client_id: "aw123", refresh_token: "rft.new-consent" });
    const put = { SecretId: `${prefix}/${id}`, SecretString: text, ClientRequestToken: randomUUID() };
    const headers = {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "secretsmanager.PutSecretValue",
      authorization: "AWS4-HMAC-SHA256 Credential=AKIA/20261122/eu-central-1/secretsmanager/aws4_request",
    };
    await fetch(front.url, { method: "POST", headers, body: JSON.stringify(put) });
    const found = await writeBackOf().read(id, testIO());
    expect(found?.refreshToken?.reveal()).toBe("rft.new-consent");
    expect(found?.generation).toBeUndefined();
    expect((await refusalOf(writeBackOf().save(id, grantOf(2), version(1), testIO()))).code).toBe(
      "ERR_WRITEBACK_CONFLICT",
    );
    const fingerprint = fingerprintOf(target(), secret("rft.new-consent"));
    await writeBackOf().save(id, grantOf(2), { fingerprint }, testIO());
    expect(await plainly()).toMatchObject({ client_id: "aw123", refresh_token: "rft.aws-faults-2" });
  });

  it("makes no version when it probes, and one secret where there is none", async () => {
    await writeBackOf().probe(id, shape, testIO());
    expect(await writeBackOf().read(id, testIO())).toBeUndefined();
    await writeBackOf().save(id, grantOf(1), nothingStored, testIO());
    const before = front.calls.length;
    await writeBackOf().probe(id, shape, testIO());
    const puts = front.calls.slice(before).filter(({ action }) => action === "PutSecretValue");
    expect(puts).toHaveLength(1);
    expect(
      front.calls
        .slice(0, before)
        .some(({ input }) => input["ClientRequestToken"] === puts[0]?.input["ClientRequestToken"]),
    ).toBe(true);
    expect(
      (await refusalOf(writeBackOf().probe(id, { longestToken: 40_000, rotates: true }, testIO()))).message,
    ).toMatch(/65536/);
  });

  it("keeps the access token to itself unless it is asked for", async () => {
    await writeBackOf({ access_token: false }).save(id, grantOf(1), nothingStored, testIO());
    expect(await plainly()).not.toHaveProperty("access_token");
    expect(await writeBackOf().read(id, testIO())).toMatchObject({ generation: 1 });
  });

  it("leaves no token in any stage when it is retired", async () => {
    await writeBackOf().save(id, grantOf(1), nothingStored, testIO());
    await writeBackOf().retire?.(id, version(1), testIO(), "gitlab:elsewhere");
    expect(await writeBackOf().read(id, testIO())).toMatchObject({
      generation: 2,
      retired: { movedTo: "gitlab:elsewhere" },
    });
    expect(await plainly()).not.toHaveProperty("refresh_token");
  });

  it("asks STS for the account, so that two accounts are two targets", async () => {
    const io = testIO();
    const asked = aws({ prefix, endpoint: front.url });
    expect(await asked.target(id, io)).toBe(target());
    const other = aws({ prefix, endpoint: front.url, account: "999999999999" });
    expect(await other.target(id, io)).toContain("aws:999999999999:");
  });
});
