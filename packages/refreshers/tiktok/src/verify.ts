import { bearer, jsonOf, type HttpRequest, type PluginIO, type Secret, type Verified } from "@tokenward/core/plugin";

/**
 * Asks who an access token belongs to. Needs the scope `user.info.basic`. It says nothing about the refresh token:
 * TikTok has no introspection, and the only proof of one is an exchange, which rotates it.
 */
export async function verifyTikTok(url: string, accessToken: Secret, io: PluginIO): Promise<Verified> {
  const answer = await io.http.send(userInfoRequest(url, accessToken), { signal: io.signal });
  const body = jsonOf(answer);
  const error = recordOf(body?.["error"]);
  const user = recordOf(recordOf(body?.["data"])?.["user"]);
  // Success needs both: the status, and the code that stands in the error object even then.
  if (answer.status === 200 && (error?.["code"] ?? "ok") === "ok" && typeof user?.["open_id"] === "string") {
    return { works: true, subject: user["open_id"] };
  }
  switch (error?.["code"]) {
    case "access_token_invalid":
      return { works: false, detail: "TikTok does not accept the access token any more" };
    case "scope_not_authorized":
    case "scope_permission_missed":
      return { works: false, class: "scopes", detail: "the token lacks user.info.basic, which this check needs" };
    case "rate_limit_exceeded":
      return { works: false, class: "throttled", detail: "TikTok asks for patience" };
    default:
      return {
        works: false,
        class: answer.status === 429 ? "throttled" : "transient",
        detail: `TikTok's user info answered with status ${answer.status}`,
      };
  }
}

function userInfoRequest(url: string, accessToken: Secret): HttpRequest {
  return {
    method: "GET",
    url,
    query: { fields: "open_id,display_name" },
    headers: { authorization: bearer(accessToken), accept: "application/json" },
  };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
}
