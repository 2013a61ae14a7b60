import type { Backend, Fault } from "../backend.ts";
import { startFront, type AwsTrouble, type Front } from "./front.ts";
import { motoProgram, startMoto } from "./moto.ts";

export { startFront, type AwsCall, type AwsTrouble, type Front } from "./front.ts";
export { motoProgram, startMoto, type Moto } from "./moto.ts";

/** Why it cannot be started here; `undefined`: it can. */
export function unavailable(): string | undefined {
  return motoProgram() === undefined ? "moto_server is not installed (scripts/install-counterparts.mjs)" : undefined;
}

/** What any process needs to talk to it: credentials that are none, and no look-ups outside this machine. */
export const awsEnvironment: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: "AKIACOUNTERPART00000",
  AWS_SECRET_ACCESS_KEY: "a counterpart takes any",
  AWS_REGION: "eu-central-1",
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  NO_PROXY: "127.0.0.1,localhost",
  no_proxy: "127.0.0.1,localhost",
};

const troubles: Readonly<Record<Fault, AwsTrouble>> = {
  unauthorized: { error: "UnrecognizedClientException" },
  forbidden: { error: "AccessDeniedException" },
  "not-found": { error: "InvalidRequestException", message: "it is scheduled for deletion" },
  conflict: { error: "ResourceExistsException" },
  throttled: { error: "ThrottlingException" },
  unavailable: { error: "InternalServiceError", status: 500 },
  timeout: { hang: true },
  reset: { drop: true },
  "read-only": { error: "DecryptionFailure", message: "the key is disabled" },
  quota: { error: "LimitExceededException" },
  "value-rejected": { error: "InvalidParameterException" },
};

const notes: Partial<Record<Fault, string>> = {
  "not-found": "the secret is scheduled for deletion",
  conflict: "somebody else has written a version over the same one",
  "read-only": "the KMS key of the secret is disabled",
  quota: "the version quota of the secret",
};

/** A Secrets Manager with an empty account, for scenarios. */
export async function startAwsBackend(): Promise<Backend & { readonly front: Front }> {
  const moto = await startMoto();
  const front = await startFront(moto.port);
  return {
    name: "aws",
    front,
    writeback: { backend: "aws", aws: { endpoint: front.url, account: "123456789012", timeout: 2000 } },
    env: awsEnvironment,
    fail: async (fault, during) => {
      await Promise.resolve();
      const reads = fault === "conflict" || fault === "quota" || fault === "value-rejected";
      front.trouble = ({ action }) => {
        const writes =
          action === "PutSecretValue" || action === "CreateSecret" || action === "UpdateSecretVersionStage";
        if (during === "save" || reads) return writes ? troubles[fault] : undefined;
        return troubles[fault];
      };
    },
    heal: async () => {
      await Promise.resolve();
      front.trouble = undefined;
    },
    faultNote: (fault) => notes[fault],
    refreshToken: async (grant) => {
      const answer = await fetch(front.url, {
        method: "POST",
        headers: {
          "content-type": "application/x-amz-json-1.1",
          "x-amz-target": "secretsmanager.GetSecretValue",
          authorization: "AWS4-HMAC-SHA256 Credential=AKIA/20261122/eu-central-1/secretsmanager/aws4_request",
        },
        body: JSON.stringify({ SecretId: `tokenward/${grant}`, VersionStage: "AWSCURRENT" }),
      });
      const { SecretString: text } = (await answer.json()) as { readonly SecretString?: string };
      if (text === undefined) return undefined;
      return (JSON.parse(text) as { readonly refresh_token?: string }).refresh_token;
    },
    close: async () => {
      await front.close();
      await moto.close();
    },
  };
}
