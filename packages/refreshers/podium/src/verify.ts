import { bearer, jsonOf, type HttpAnswer, type PluginIO, type Secret, type Verified } from "@tokenward/core/plugin";
import { jwtEnd } from "./jwt.ts";
import type { PodiumOptions } from "./options.ts";

/**
 * Asks a route of the API that changes nothing. `GET /v4/webhooks` needs no scope (published OpenAPI files,
 * 2026-07-09), and its answer repeats the secrets that events are signed with: nothing of it is kept. There is no
 * `GET /v4/me` in those files, and unknown routes answer 404.
 */
export async function verifyPodium(options: PodiumOptions, accessToken: Secret, io: PluginIO): Promise<Verified> {
  const check = options.health_check ?? "webhooks";
  const named = check === "webhooks" || check === "locations";
  const answer = await io.http.send(
    {
      method: "GET",
      url: named ? `${(options.api_url ?? "https://api.podium.com/v4").replace(/\/$/, "")}/${check}` : check,
      ...(check === "locations" ? { query: { limit: "1" } } : {}),
      headers: { authorization: bearer(accessToken), accept: "application/json" },
    },
    { signal: io.signal },
  );
  const accessTokenExpiresAt = jwtEnd(accessToken);
  if (answer.status >= 200 && answer.status < 300 && isFromApi(answer, named)) {
    const subject = check === "locations" ? organizationOf(answer) : undefined;
    return { works: true, subject, accessTokenExpiresAt };
  }
  return { works: false, accessTokenExpiresAt, ...whyNot(answer.status, check) };
}

function whyNot(status: number, check: string): Pick<Verified, "class" | "detail"> {
  switch (status) {
    case 401:
      return { detail: "Podium does not accept the access token any more" };
    case 403:
      return {
        class: "scopes",
        detail:
          check === "locations"
            ? "the token lacks read_locations, which health_check: locations needs"
            : "the token may not use the route of health_check",
      };
    case 404:
      return { class: "client", detail: "Podium knows no such route: health_check or api_url is wrong" };
    case 429:
      return { class: "throttled", detail: "Podium asks for patience" };
    default:
      return { class: "transient", detail: `the health check got an unusable answer with status ${status}` };
  }
}

/** What stands in between (a proxy, a log-in page) says 200, too. */
function isFromApi(answer: HttpAnswer, listed: boolean): boolean {
  const body = jsonOf(answer);
  return listed ? Array.isArray(body?.["data"]) : body !== undefined || answer.body.length === 0;
}

/** Whose location the first one is. */
function organizationOf(answer: HttpAnswer): string | undefined {
  const data = jsonOf(answer)?.["data"];
  const first: unknown = Array.isArray(data) ? data[0] : undefined;
  if (typeof first !== "object" || first === null || !("organizationUid" in first)) return undefined;
  return typeof first.organizationUid === "string" ? first.organizationUid : undefined;
}
