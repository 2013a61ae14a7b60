import { messageOf } from "@tokenward/core/plugin";

/** Why Secret Manager did not do what was asked, and what helps. */
export interface Refusal {
  readonly reason: string;
  /** An imperative that fits before ", then run again." */
  readonly remedy: string;
}

/** What a call was about. */
export interface Asked {
  readonly project: string;
  readonly secret: string;
  /** As in IAM: `secretmanager.versions.add`. */
  readonly permission: string;
  readonly milliseconds: number;
}

/** Status codes of gRPC, by the numbers that the SDK throws. */
export const code = {
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  dataLoss: 15,
  unauthenticated: 16,
} as const;

/**
 * The sentence of each failure: by status code, and by the reason in Google's error details where there is one
 * (google.api.ErrorReason, 2026-11-25). The service's own prose is not looked at.
 */
export function refusalOf(thrown: unknown, asked: Asked): Refusal {
  const { project, secret, permission, milliseconds } = asked;
  if (isOver(thrown)) {
    return {
      reason: `Secret Manager did not answer within ${milliseconds / 1000} s`,
      remedy: "Check the network between here and Google Cloud, and `endpoint` under `auth.writeback.gcp`",
    };
  }
  if (isCredentialFailure(thrown)) return unauthenticated(thrown);
  switch (codeOf(thrown) ?? 0) {
    case code.unauthenticated:
      return unauthenticated(thrown);
    case code.permissionDenied:
      return denied(thrown, asked);
    case code.notFound:
      return {
        reason: `there is no secret ${secret} in the project ${project} any more`,
        remedy: "Check `project` and `prefix` under `auth.writeback.gcp`",
      };
    case code.failedPrecondition:
      return {
        reason: `the secret ${secret} is in no state for ${permission} (FAILED_PRECONDITION)`,
        remedy: `Check its expiry and its Cloud KMS key (\`gcloud secrets describe ${secret}\`)`,
      };
    case code.aborted:
      return {
        reason: `somebody else changes the secret ${secret} at the same moment, again and again`,
        remedy: "Find out who else writes it (`gcloud logging read`), and wait a minute",
      };
    case code.resourceExhausted:
      return reasonOf(thrown) === "RESOURCE_QUOTA_EXCEEDED"
        ? {
            reason: `the project ${project} has reached a quota of Secret Manager`,
            remedy: "Raise it under IAM & Admin > Quotas, or destroy what is not needed",
          }
        : {
            reason:
              "Secret Manager asks for patience (more than two changes of a secret in a second, or too many calls)",
            remedy: "Wait a minute",
          };
    case code.invalidArgument:
      return {
        reason: `Secret Manager rejects what was to be written to the secret ${secret} (INVALID_ARGUMENT)`,
        remedy:
          "Check `prefix` under `auth.writeback.gcp`; a version holds 64 KiB, a secret's annotations 16 KiB at most",
      };
    case code.unavailable:
      return isConnection(thrown)
        ? {
            reason: `Secret Manager cannot be reached (${connectionCode(thrown)})`,
            remedy: "Check the network between here and Google Cloud, and `endpoint` under `auth.writeback.gcp`",
          }
        : troubled("UNAVAILABLE");
    case code.internal:
      return troubled("INTERNAL");
    default:
      return {
        reason: `Secret Manager refused ${permission} (${codeOf(thrown) ?? messageOf(thrown)})`,
        remedy: "Check `project`, `endpoint` and the credentials under `auth.writeback.gcp`",
      };
  }
}

/** The sentence for what came or went damaged. */
export function damagedRefusal(secret: string, number: number): Refusal {
  return {
    reason: `version ${number} of the secret ${secret} does not match its checksum (CRC32C), so it is not used`,
    remedy: "Check what stands between here and Google Cloud; if it stays, destroy that version",
  };
}

/** The sentence for missing credentials. */
export const noCredentials: Refusal = {
  reason: "no Google Cloud credentials were found",
  remedy:
    "Give the job a service account or a workload identity, or run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS",
};

/** The status code of what an SDK threw. */
export function codeOf(thrown: unknown): number | undefined {
  if (typeof thrown !== "object" || thrown === null || !("code" in thrown)) return undefined;
  return typeof thrown.code === "number" ? thrown.code : undefined;
}

/** The reason in Google's error details, such as `SERVICE_DISABLED`. */
export function reasonOf(thrown: unknown): string | undefined {
  if (typeof thrown !== "object" || thrown === null || !("reason" in thrown)) return undefined;
  return typeof thrown.reason === "string" ? thrown.reason : undefined;
}

/** Whether time was over, or the caller went. */
export function isOver(thrown: unknown): boolean {
  if (codeOf(thrown) === code.deadlineExceeded) return true;
  return thrown instanceof DOMException && (thrown.name === "TimeoutError" || thrown.name === "AbortError");
}

/** Whether the credentials could not be made into a token, so that nothing was sent. gRPC's own words for it. */
export function isCredentialFailure(thrown: unknown): boolean {
  return detailsOf(thrown).includes("Getting metadata from plugin failed");
}

function unauthenticated(thrown: unknown): Refusal {
  return {
    reason: `Google does not accept the credentials (${reasonOf(thrown) ?? "UNAUTHENTICATED"})`,
    remedy: "Get new ones (a new job, or `gcloud auth application-default login`), and check this machine's clock",
  };
}

function denied(thrown: unknown, { project, secret, permission }: Asked): Refusal {
  switch (reasonOf(thrown) ?? "") {
    case "SERVICE_DISABLED":
      return {
        reason: `the Secret Manager API is not enabled in the project ${project}`,
        remedy: `Enable it (\`gcloud services enable secretmanager.googleapis.com --project=${project}\`)`,
      };
    case "CONSUMER_INVALID":
    case "CONSUMER_SUSPENDED":
      return {
        reason: `there is no project ${project} that these credentials may use, or it is suspended`,
        remedy: "Check `project` under `auth.writeback.gcp`, and whether the project still exists",
      };
    case "BILLING_DISABLED":
      return {
        reason: `the project ${project} has no billing account`,
        remedy: "Attach one under Billing in the Google Cloud console",
      };
    case "SECURITY_POLICY_VIOLATED":
    case "ORG_RESTRICTION_VIOLATION":
      return {
        reason: `a policy of the organization (a service perimeter) forbids ${permission} from here`,
        remedy: `Let the credentials do ${permission} in the perimeter's ingress rules, or run inside it`,
      };
    default:
      return missingPermissions([permission], secret);
  }
}

/** The sentence for permissions that the credentials lack. */
export function missingPermissions(permissions: readonly string[], secret: string): Refusal {
  const names = permissions.join(", ");
  return {
    reason: `the credentials may not do ${names} with the secret ${secret}`,
    remedy: `Give them a role with ${names} on it (docs/gcp.md has a whole one)`,
  };
}

function troubled(name: string): Refusal {
  return { reason: `Secret Manager has a problem of its own (${name})`, remedy: "Wait until it works again" };
}

// gRPC gives a lost connection the status of a service that is down; who made the status shows in the words of gRPC's
// own library, which are looked at for the sentence only.
function isConnection(thrown: unknown): boolean {
  return /connect|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|resolution|socket|TLS|certificate/i.test(detailsOf(thrown));
}

function connectionCode(thrown: unknown): string {
  return /\b(?:E[A-Z]{4,}|EAI_AGAIN|CERT_[A-Z_]+)\b/.exec(detailsOf(thrown))?.[0] ?? "connection lost";
}

function detailsOf(thrown: unknown): string {
  if (typeof thrown !== "object" || thrown === null) return "";
  return "details" in thrown && typeof thrown.details === "string" ? thrown.details : messageOf(thrown);
}
