import { randomUUID } from "node:crypto";
import { fingerprintOf, secret, TokenwardError, type Intent, type StoredGrant, type WriteBack } from "@tokenward/core";
import { awsEnvironment, startFront, startMoto, unavailable, type Front, type Moto } from "tokenward-counterparts/aws";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, vi } from "vitest";
import aws, { type AwsOptions } from "../index.ts";

const missing = unavailable();

/** The grant that tests are about. */
export const id = "tiktok/brand-a";
/** What a probe is told of it. */
export const shape = { longestToken: 4096, rotates: true };

/** A Secrets Manager with an empty prefix for each test, and grants for it. */
export interface MotoGround {
  readonly front: Front;
  readonly prefix: string;
  readonly secretName: string;
  readonly target: string;
  writeBack(options?: AwsOptions): WriteBack;
  grant(generation: number): StoredGrant;
  version(generation: number): { readonly generation: number; readonly fingerprint: string };
  intent(name: string, generation: number): Intent;
  /** Asks as any other client would: nothing of Tokenward's is between. */
  ask(action: string, input: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
  /** What a job reads that knows nothing of Tokenward. */
  plainly(): Promise<Readonly<Record<string, unknown>>>;
  /** The ids of all versions, deprecated ones too, with their stages. */
  versions(): Promise<ReadonlyMap<string, readonly string[]>>;
}

/** A suite on moto, behind a front that compares every request with the service model; skipped where moto is not. */
export function onMoto(name: string, tests: (ground: () => MotoGround) => void): void {
  const suffix = missing === undefined ? "" : ` (skipped: ${missing})`;
  describe.skipIf(missing !== undefined)(`${name}${suffix}`, () => {
    let moto: Moto;
    let ground: MotoGround;
    beforeAll(async () => {
      moto = await startMoto();
    });
    afterAll(async () => await moto.close());
    beforeEach(async () => {
      for (const [variable, value] of Object.entries(awsEnvironment)) vi.stubEnv(variable, value);
      ground = groundOn(await startFront(moto.port), `ground-${randomUUID()}`);
    });
    afterEach(async () => {
      expect(ground.front.mistakes).toEqual([]);
      await ground.front.close();
    });
    tests(() => ground);
  });
}

function groundOn(front: Front, prefix: string): MotoGround {
  const secretName = `${prefix}/${id}`;
  const target = `aws:123456789012:eu-central-1@${new URL(front.url).host}:${secretName}`;
  const grant = (generation: number): StoredGrant => {
    const refreshToken = secret(`rft.aws-${generation}`);
    return {
      id,
      platform: "tiktok",
      account: "brand-a",
      generation,
      fingerprint: fingerprintOf(target, refreshToken),
      refreshToken,
      accessToken: secret(`act.aws-${generation}`),
      refreshTokenExpiresAt: new Date("2027-11-22T00:00:00Z"),
    };
  };
  const version = (generation: number) => ({ generation, fingerprint: grant(generation).fingerprint ?? "" });
  const ask: MotoGround["ask"] = async (action, input) => {
    const headers = {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `secretsmanager.${action}`,
      authorization: "AWS4-HMAC-SHA256 Credential=AKIAHUMAN/20261122/eu-central-1/secretsmanager/aws4_request",
    };
    const answer = await fetch(front.url, { method: "POST", headers, body: JSON.stringify(input) });
    return (await answer.json()) as Readonly<Record<string, unknown>>;
  };
  return {
    front,
    prefix,
    secretName,
    target,
    grant,
    version,
    ask,
    writeBack: (options = {}) =>
      aws({ prefix, endpoint: front.url, account: "123456789012", access_token: true, ...options }),
    intent: (name, generation) => ({
      id: name,
      version: version(generation),
      host: "host-a",
      run: name,
      at: new Date(0),
      deadline: new Date(1),
      attempt: 1,
    }),
    plainly: async () => {
      const { SecretString: text } = await ask("GetSecretValue", { SecretId: secretName, VersionStage: "AWSCURRENT" });
      return JSON.parse(String(text)) as Readonly<Record<string, unknown>>;
    },
    versions: async () => {
      const { Versions: all } = await ask("ListSecretVersionIds", { SecretId: secretName, IncludeDeprecated: true });
      const listed = all as readonly { readonly VersionId: string; readonly VersionStages?: readonly string[] }[];
      return new Map(listed.map(({ VersionId, VersionStages }) => [VersionId, VersionStages ?? []]));
    },
  };
}

/** The error that something is refused with. */
export async function refusalOf(work: Promise<unknown> | undefined): Promise<TokenwardError> {
  try {
    await work;
  } catch (error) {
    if (TokenwardError.is(error)) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}
