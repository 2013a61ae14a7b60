import { messageOf } from "@tokenward/core/plugin";

/** Why Secrets Manager did not do what was asked, and what helps. */
export interface Refusal {
  readonly reason: string;
  /** An imperative that fits before ", then run again." */
  readonly remedy: string;
}

/** What a call was about. */
export interface Asked {
  readonly secret: string;
  /** As in an IAM policy: `secretsmanager:PutSecretValue`. */
  readonly action: string;
  /** The time that it had. `undefined`: its caller ended it before. */
  readonly milliseconds: number | undefined;
}

/**
 * The sentence of each exception. By name alone: the real service answers nearly everything with 400, emulators do not
 * (API reference of Secrets Manager, 2026-11-22).
 */
export function refusalOf(thrown: unknown, { secret, action, milliseconds }: Asked): Refusal {
  // The SDK calls a lost connection a time-out, too.
  const lost = ["ECONNRESET", "EPIPE"].includes(networkCode(thrown) ?? "");
  const name = lost ? "Error" : nameOf(thrown);
  switch (name) {
    case "AccessDeniedException":
    case "AccessDenied":
      return {
        reason: `the credentials may not do ${action} with the secret ${secret}`,
        remedy: `Allow ${action} on it in the IAM policy (docs/aws.md has a whole one)`,
      };
    case "ExpiredTokenException":
    case "ExpiredToken":
      return {
        reason: "the AWS credentials have expired",
        remedy: "Get new ones (a new job, `aws sso login`, or a new session of the role)",
      };
    case "UnrecognizedClientException":
    case "InvalidClientTokenId":
    case "InvalidSignatureException":
    case "SignatureDoesNotMatch":
    case "IncompleteSignature":
      return {
        reason: `AWS does not accept the credentials (${name})`,
        remedy: "Check the access key and its secret, the region, and the clock of this machine",
      };
    case "CredentialsProviderError":
    case "TokenProviderError":
      return {
        reason: "no AWS credentials were found",
        remedy: "Give the job a role, or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
      };
    case "InvalidRequestException":
      return {
        reason: `the secret ${secret} is scheduled for deletion, or another AWS service manages it`,
        remedy: `Restore it (\`aws secretsmanager restore-secret --secret-id ${secret}\`), or use another \`prefix\``,
      };
    case "EncryptionFailure":
    case "DecryptionFailure":
    case "EncryptionFailureException":
    case "DecryptionFailureException":
      return {
        reason: `the KMS key of the secret ${secret} cannot be used (${name})`,
        remedy: "Enable the key, and allow kms:GenerateDataKey and kms:Decrypt with it",
      };
    case "LimitExceededException":
      return {
        reason: `the secret ${secret} has reached a quota: about 100 versions in 24 hours, or 500 000 secrets in a region`,
        remedy: "Refresh this grant less often; each refresh makes two versions",
      };
    case "ThrottlingException":
    case "Throttling":
    case "TooManyRequestsException":
      return { reason: "Secrets Manager asks for patience (too many requests)", remedy: "Wait a minute" };
    case "InternalServiceError":
    case "InternalServiceErrorException":
    case "InternalFailure":
    case "ServiceUnavailable":
    case "ServiceUnavailableException":
      return { reason: `Secrets Manager has a problem of its own (${name})`, remedy: "Wait until it works again" };
    case "ResourceNotFoundException":
      return {
        reason: `there is no secret ${secret} in this account and region any more`,
        remedy: "Check `prefix` and `region` under `auth.writeback.aws`, and the account of the credentials",
      };
    case "InvalidParameterException":
    case "ValidationException":
    case "MalformedPolicyDocumentException":
    case "PreconditionNotMetException":
      return {
        reason: `Secrets Manager rejects the value of the secret ${secret} (${name})`,
        remedy: "Check `prefix` and `kms_key_id` under `auth.writeback.aws`; a secret holds 64 KiB at most",
      };
    case "TimeoutError":
    case "AbortError":
    case "RequestTimeout":
      return {
        reason:
          milliseconds === undefined
            ? "Secrets Manager did not answer before its caller gave up"
            : `Secrets Manager did not answer within ${milliseconds / 1000} s`,
        remedy: "Check the network between here and AWS, and `endpoint` under `auth.writeback.aws`",
      };
    case "SyntaxError":
      return {
        reason: "what answered is not Secrets Manager, or its answer was cut",
        remedy: "Check `endpoint` under `auth.writeback.aws`, AWS_ENDPOINT_URL, and the proxies between here and AWS",
      };
    default:
      return networkCode(thrown) === undefined
        ? {
            reason: `Secrets Manager refused ${action} (${name}${name === "Error" ? `: ${messageOf(thrown)}` : ""})`,
            remedy: "Check region, endpoint and credentials under `auth.writeback.aws`",
          }
        : {
            reason: `Secrets Manager cannot be reached (${networkCode(thrown)})`,
            remedy: "Check the network between here and AWS, `region` and `endpoint` under `auth.writeback.aws`",
          };
  }
}

/** The name of what an SDK threw. */
export function nameOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.name : "Error";
}

function networkCode(thrown: unknown): string | undefined {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth++) {
    const { code } = error as NodeJS.ErrnoException;
    if (typeof code === "string" && /^(E[A-Z]+|UND_ERR\w+|ERR_\w+|CERT_\w+)$/.test(code)) return code;
  }
  return undefined;
}
