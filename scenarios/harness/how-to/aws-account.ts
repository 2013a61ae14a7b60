import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { awsEnvironment, motoProgram, startFront, startMoto } from "tokenward-counterparts/aws";

const program = fileURLToPath(new URL("./aws.py", import.meta.url));

/** An AWS account with every service that moto knows, and faults in front of Secrets Manager. */
export interface AwsAccount {
  /** What a process needs to reach it, in place of a role: credentials, a region, and where AWS is. */
  readonly reach: Readonly<Record<string, string>>;
  readonly region: string;
  /** The refresh token in `tokenward/tiktok`, as any reader gets it. */
  refreshToken(): Promise<string | undefined>;
  /** From now on Secrets Manager takes nothing new, or everything again. */
  saves(work: boolean): void;
  close(): Promise<void>;
}

/** Opens one with nothing in it. */
export async function openAwsAccount(): Promise<AwsAccount> {
  const moto = await startMoto();
  const front = await startFront(moto.port);
  const region = String(awsEnvironment["AWS_REGION"]);
  return {
    region,
    reach: {
      ...awsEnvironment,
      AWS_DEFAULT_REGION: region,
      AWS_ENDPOINT_URL: `http://127.0.0.1:${String(moto.port)}`,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: front.url,
    },
    refreshToken: async () => {
      const answer = await fetch(front.url, {
        method: "POST",
        headers: {
          "content-type": "application/x-amz-json-1.1",
          "x-amz-target": "secretsmanager.GetSecretValue",
          authorization: `AWS4-HMAC-SHA256 Credential=AKIA/20261125/${region}/secretsmanager/aws4_request`,
        },
        body: JSON.stringify({ SecretId: "tokenward/tiktok", VersionStage: "AWSCURRENT" }),
      });
      const { SecretString: text = "{}" } = (await answer.json()) as { readonly SecretString?: string };
      return (JSON.parse(text) as { readonly refresh_token?: string }).refresh_token;
    },
    saves: (work) => {
      front.trouble = work
        ? undefined
        : ({ action }) =>
            action === "GetSecretValue" || action === "DescribeSecret"
              ? undefined
              : { error: "InternalServiceError", status: 500 };
    },
    close: async () => {
      await front.close();
      await moto.close();
    },
  };
}

/** `aws`, as the pages type it: Amazon's own library checks every parameter, and moto answers. */
export function awsProgram(): string {
  const python = path.join(path.dirname(motoProgram() ?? ""), "python3");
  return `exec '${python}' '${program}' "$@"`;
}

/** The IAM policy that a page of `docs/` gives. */
export function policyOf(page: string): string {
  const text = readFileSync(fileURLToPath(new URL(`../../../docs/${page}`, import.meta.url)), "utf8");
  const policy = /^```json\n(\{\n {2}"Version"[\s\S]*?)^```/m.exec(text)?.[1];
  if (policy === undefined) throw new Error(`docs/${page} gives no policy`);
  return policy;
}
