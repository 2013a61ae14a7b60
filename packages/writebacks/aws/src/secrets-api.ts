import { createHash } from "node:crypto";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { TokenwardError, untilAborted, type ErrorCode, type GrantId, type PluginIO } from "@tokenward/core/plugin";
import { isOfAws } from "./endpoint.ts";
import type { AwsOptions } from "./options.ts";
import { nameOf, refusalOf } from "./refusal.ts";

/** For whom a call is made, and as what its failure counts. */
export interface Caller {
  readonly grant: GrantId;
  readonly io: PluginIO;
  readonly code: Extract<
    ErrorCode,
    "ERR_WRITEBACK_UNREADABLE" | "ERR_WRITEBACK_UNWRITABLE" | "ERR_WRITEBACK_SAVE_FAILED"
  >;
}

/** One version of a secret. */
export interface SecretVersion {
  readonly id: string;
  /** `undefined`: it holds bytes instead of text. */
  readonly text: string | undefined;
  readonly stages: readonly string[];
}

/** The stage that a version waits in until it is promoted. */
export const nextStage = "TOKENWARD_NEXT";
/** The stage that everybody reads. */
export const currentStage = "AWSCURRENT";

/** The part of Secrets Manager that is needed. Every method throws the caller's code with a sentence of its own. */
export interface SecretsApi {
  region(caller: Caller): Promise<string>;
  account(caller: Caller): Promise<string>;
  /** The version in a stage; `undefined` where the secret, or the stage, is not there. */
  version(name: string, stage: string, caller: Caller): Promise<SecretVersion | undefined>;
  /** Makes the secret with its first version. `taken`: there is one already, with other content. */
  create(name: string, id: string, text: string, caller: Caller): Promise<"made" | "taken">;
  /** Adds a version in a stage. `taken`: that id was used for other content. The very same content is fine. */
  put(name: string, id: string, text: string, stages: readonly string[], caller: Caller): Promise<"made" | "taken">;
  /** Moves a stage. `moved on`: it is not on `from` any more. */
  move(
    name: string,
    stage: string,
    versions: { readonly from?: string | undefined; readonly to?: string | undefined },
    caller: Caller,
  ): Promise<"moved" | "moved on">;
}

const defaultTimeout = 15_000;

/** Talks to Secrets Manager with AWS's own SDK, which is read on the first call. */
export function secretsApi(options: AwsOptions): SecretsApi {
  const timeout = options.timeout ?? defaultTimeout;
  let made: Promise<SecretsManagerClient> | undefined;
  const client = async (): Promise<SecretsManagerClient> => await (made ??= makeClient(options, timeout));

  const call = async <T>(
    action: string,
    name: string,
    caller: Caller,
    work: (client: SecretsManagerClient, abortSignal: AbortSignal) => Promise<T>,
    expected: readonly string[] = [],
  ): Promise<T | { readonly refused: string }> => {
    const signal = AbortSignal.any([caller.io.signal, AbortSignal.timeout(timeout)]);
    try {
      const sdk = await client();
      return await untilAborted(signal, async () => await work(sdk, signal));
    } catch (thrown) {
      if (expected.includes(nameOf(thrown))) return { refused: nameOf(thrown) };
      throw failure(thrown, action, name, timeout, caller);
    }
  };

  let accountAsked: Promise<string> | undefined;
  return {
    region: async (caller) => {
      if (options.region !== undefined) return options.region;
      try {
        return await (await client()).config.region();
      } catch (thrown) {
        const facts = {
          reason: "no AWS region is configured",
          remedy: "Set `region` under `auth.writeback.aws`, or AWS_REGION",
        };
        throw new TokenwardError(
          caller.code,
          { grant: caller.grant, ...facts },
          { cause: thrown, class: "write-back" },
        );
      }
    },

    account: async (caller) => {
      if (options.account !== undefined) return options.account;
      // Asked once for all grants of a process, so no single caller's end may end it.
      let asked: Promise<string> | undefined;
      try {
        const ask = async (): Promise<string> => await (asked = accountAsked ??= askAccount(options, timeout));
        return await untilAborted(caller.io.signal, ask);
      } catch (thrown) {
        if (accountAsked === asked && !caller.io.signal.aborted) accountAsked = undefined;
        const { reason, remedy } = refusalOf(thrown, {
          secret: "",
          action: "sts:GetCallerIdentity",
          milliseconds: caller.io.signal.aborted ? undefined : timeout,
        });
        const facts = {
          reason: `the account of the credentials is not known: ${reason.replaceAll("Secrets Manager", "STS")}`,
          remedy: `${remedy}, or set \`account\` under \`auth.writeback.aws\``,
        };
        throw new TokenwardError(
          caller.code,
          { grant: caller.grant, ...facts },
          { cause: thrown, class: "write-back" },
        );
      }
    },

    version: async (name, stage, caller) => {
      const { GetSecretValueCommand } = await import("@aws-sdk/client-secrets-manager");
      const answer = await call(
        "secretsmanager:GetSecretValue",
        name,
        caller,
        // The stage is always named: without it some emulators give an older version.
        async (sdk, abortSignal) =>
          await sdk.send(new GetSecretValueCommand({ SecretId: name, VersionStage: stage }), { abortSignal }),
        ["ResourceNotFoundException"],
      );
      if ("refused" in answer || answer.VersionId === undefined) return undefined;
      return { id: answer.VersionId, text: answer.SecretString, stages: answer.VersionStages ?? [] };
    },

    create: async (name, id, text, caller) => {
      const { CreateSecretCommand } = await import("@aws-sdk/client-secrets-manager");
      const answer = await call(
        "secretsmanager:CreateSecret",
        name,
        caller,
        async (sdk, abortSignal) =>
          await sdk.send(
            new CreateSecretCommand({
              Name: name,
              ClientRequestToken: id,
              SecretString: text,
              KmsKeyId: options.kms_key_id,
              Description: "Kept by Tokenward: changes with every refresh",
            }),
            { abortSignal },
          ),
        ["ResourceExistsException"],
      );
      return "refused" in answer ? "taken" : "made";
    },

    put: async (name, id, text, stages, caller) => {
      const { PutSecretValueCommand } = await import("@aws-sdk/client-secrets-manager");
      const answer = await call(
        "secretsmanager:PutSecretValue",
        name,
        caller,
        async (sdk, abortSignal) =>
          await sdk.send(
            new PutSecretValueCommand({
              SecretId: name,
              ClientRequestToken: id,
              SecretString: text,
              VersionStages: [...stages],
            }),
            { abortSignal },
          ),
        ["ResourceExistsException"],
      );
      return "refused" in answer ? "taken" : "made";
    },

    move: async (name, stage, { from, to }, caller) => {
      const { UpdateSecretVersionStageCommand } = await import("@aws-sdk/client-secrets-manager");
      const answer = await call(
        "secretsmanager:UpdateSecretVersionStage",
        name,
        caller,
        async (sdk, abortSignal) =>
          await sdk.send(
            new UpdateSecretVersionStageCommand({
              SecretId: name,
              VersionStage: stage,
              RemoveFromVersionId: from,
              MoveToVersionId: to,
            }),
            { abortSignal },
          ),
        ["InvalidParameterException"],
      );
      return "refused" in answer ? "moved on" : "moved";
    },
  };
}

/**
 * The id of the version that is made from another one. The same for everybody who starts from there, so that Secrets
 * Manager itself turns the second of two away. The version's id says more than its generation: it differs also after a
 * human's edit, which has no generation, and between a claim, its withdrawal and the next claim.
 */
export function idAfter(target: string, base: string | undefined): string {
  return createHash("sha256")
    .update(`tokenward version 1\0${target}\0${base ?? "nothing"}`)
    .digest("hex");
}

async function makeClient(options: AwsOptions, timeout: number): Promise<SecretsManagerClient> {
  const { SecretsManagerClient: Client } = await import("@aws-sdk/client-secrets-manager");
  return new Client(settings(options, timeout));
}

async function askAccount(options: AwsOptions, timeout: number): Promise<string> {
  const { STSClient, GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
  // An emulator answers for all services at one address; an address of AWS's own is for Secrets Manager alone.
  const endpoint = options.endpoint === undefined || isOfAws(options.endpoint) ? undefined : options.endpoint;
  const sts = new STSClient(settings({ ...options, endpoint }, timeout));
  try {
    const abortSignal = AbortSignal.timeout(timeout);
    const { Account } = await untilAborted(
      abortSignal,
      async () => await sts.send(new GetCallerIdentityCommand({}), { abortSignal }),
    );
    if (Account === undefined) throw new Error("STS named no account");
    return Account;
  } finally {
    sts.destroy();
  }
}

function settings({ region, endpoint }: AwsOptions, timeout: number) {
  // The SDK itself knows no proxies; Node's agents do, from 22.21 and 24.5 on.
  const agent = { proxyEnv: process.env };
  return {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    // Without the last one the SDK only logs that the time is over, and goes on waiting.
    requestHandler: {
      connectionTimeout: timeout,
      requestTimeout: timeout,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
  };
}

function failure(
  thrown: unknown,
  action: string,
  secret: string,
  milliseconds: number,
  { grant, code, io }: Caller,
): TokenwardError {
  const refusal = refusalOf(thrown, { secret, action, milliseconds: io.signal.aborted ? undefined : milliseconds });
  // What a parser says quotes what it could not read, and that may be a token.
  const cause = thrown instanceof SyntaxError ? undefined : thrown;
  return new TokenwardError(code, { grant, ...refusal }, { cause, class: "write-back" });
}
