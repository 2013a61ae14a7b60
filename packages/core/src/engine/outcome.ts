import { TokenwardError } from "../errors/error.ts";
import type { FailureClass } from "../failure.ts";
import type { StoredGrant } from "../grant.ts";
import type { Severity } from "../severity.ts";
import type { GrantPlan } from "../plan.ts";
import type { Assessment, Refused } from "../refresher.ts";
import type { RefreshAction } from "../status.ts";

/** How one pass through the refresh path ended, before it becomes a status. */
export interface Outcome {
  readonly action: RefreshAction;
  readonly detail: string;
  /** The grant as it is now stored, as far as it is known. */
  readonly grant?: StoredGrant | undefined;
  readonly error?: TokenwardError | undefined;
  readonly class?: FailureClass | undefined;
  /** Louder than the class would be. */
  readonly severity?: Severity | undefined;
  readonly assessment?: Assessment | undefined;
  /** `false`: refused before anything could be found out about the grant. */
  readonly judged?: boolean | undefined;
  /** The grant is kept on this machine, which remembers nothing of it. */
  readonly memoryLost?: boolean | undefined;
  /** When the last exchange succeeded. */
  readonly refreshedAt?: Date | undefined;
  /** When this pass brought to its end what an earlier one had left open. */
  readonly settledAt?: Date | undefined;
}

const actionOf: Readonly<Record<FailureClass, RefreshAction>> = {
  reauth: "reauth-required",
  client: "failed",
  scopes: "failed",
  transient: "failed",
  throttled: "failed",
  "in-doubt": "in-doubt",
  "write-back": "failed",
  lease: "failed",
  refused: "failed",
  "too-early": "skipped",
  propagating: "skipped",
};

/** The outcome of an error of ours. */
export function failedWith(
  error: TokenwardError,
  failure: FailureClass,
  more: Partial<Omit<Outcome, "detail" | "error" | "class">> = {},
): Outcome {
  return { action: actionOf[failure], detail: `${error.message} ${error.fix}`, error, class: failure, ...more };
}

/** What a platform's refusal is called. */
export function refusalError(plan: GrantPlan, refused: Refused): TokenwardError {
  const facts = {
    grant: plan.id,
    platform: plan.refresher.platform,
    error: refused.error ?? "no error code",
    reason: withReference(refused),
  };
  return new TokenwardError(refusalCode(refused.class), facts, { class: refused.class });
}

function refusalCode(failure: Refused["class"]): TokenwardError["code"] {
  switch (failure) {
    case "reauth":
      return "ERR_AUTH_REAUTH_REQUIRED";
    case "client":
      return "ERR_AUTH_CLIENT_REJECTED";
    case "scopes":
      return "ERR_AUTH_SCOPES_REFUSED";
    case "transient":
      return "ERR_AUTH_PLATFORM_UNAVAILABLE";
    case "throttled":
      return "ERR_AUTH_THROTTLED";
    case "in-doubt":
      return "ERR_AUTH_IN_DOUBT";
    case "too-early":
      return "ERR_AUTH_TOO_EARLY";
    case "propagating":
      return "ERR_AUTH_PROPAGATING";
  }
}

function withReference(refused: Refused): string {
  const detail = refused.detail.replace(/\.$/, "");
  return refused.reference === undefined ? detail : `${detail} (reference ${refused.reference})`;
}
