import type { Refusal, SandboxAnswer } from "../platform.ts";
import type { InstagramSettings } from "./instagram-settings.ts";

/** What Meta says instead of a result. */
export interface GraphError {
  readonly code: number;
  readonly subcode?: number | undefined;
  readonly message: string;
}

/** Words an error of the Graph API. */
export function graphAnswer(error: GraphError, n: number, settings: InstagramSettings, status = 400): SandboxAnswer {
  return {
    status: settings.refusalStatus ?? status,
    body: {
      error: {
        message: error.message,
        type: settings.errorType ?? "OAuthException",
        code: error.code,
        error_subcode: error.subcode,
        fbtrace_id: `A${String(n).padStart(10, "0")}`,
      },
    },
  };
}

/** What Meta answers to a token that has ended. */
export function sessionExpired(now: Date): GraphError {
  return {
    code: 190,
    subcode: 463,
    message: `Error validating access token: Session has expired. The current time is ${now.toUTCString()}.`,
  };
}

/** What Meta answers once the person removed the app. */
export const notAuthorized: GraphError = {
  code: 190,
  subcode: 458,
  message: "Error validating access token: The user has not authorized application.",
};

/** What Meta answers to a text that is no token. */
export const notParsed: GraphError = { code: 190, message: "Invalid OAuth access token - Cannot parse access token" };

/** Sorts a refused exchange into Meta's codes. A fault names them (`190.460`), or a name of RFC 6749. */
export function graphRefusal(refusal: Refusal, now: Date): GraphError {
  switch (refusal.reason) {
    case "expired-token":
      return sessionExpired(now);
    case "revoked-grant":
      return notAuthorized;
    case "unknown-token":
    case "spent-token":
      return notParsed;
    case "unknown-client":
    case "deleted-client":
    case "missing-client":
      return { code: 101, message: "Error validating application. Cannot get application info due to a system error." };
    case "wrong-secret":
      return { code: 101, message: "Error validating client secret." };
    case "too-early":
      return { code: 100, message: "The access token must be at least 24 hours old to be refreshed." };
    case "malformed":
    case "unsupported-grant-type":
      return { code: 100, message: "Unsupported request - method type: get" };
    case "missing-token":
    case "wrong-client":
    case "wrong-client-auth":
    case "wrong-body":
    case "scope-beyond-grant":
      return { code: 100, message: "Invalid parameter" };
    case "fault":
      return named(refusal);
  }
}

const codes: Readonly<Record<string, number>> = {
  invalid_grant: 190,
  invalid_client: 101,
  invalid_request: 100,
  insufficient_scope: 10,
  rate_limit_exceeded: 4,
  server_error: 1,
  temporarily_unavailable: 2,
};

function named({ error, description }: Refusal): GraphError {
  const [code, subcode] = error.split(".").map(Number);
  const message = description ?? "Something is wrong.";
  if (code === undefined || Number.isNaN(code)) return { code: codes[error] ?? 1, message };
  return { code, subcode, message };
}
