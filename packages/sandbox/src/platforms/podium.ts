import type { FoundIn, SandboxPlatform, SandboxRequest, TokenPolicy, TokenRequest } from "../platform.ts";
import { formOf, jsonOf, mediaTypeOf, text } from "../request-reading.ts";
import { podiumResources } from "./podium-resources.ts";
import type { PodiumSettings } from "./podium-settings.ts";
import { wordPodiumRefusal, wordPodiumTokens } from "./podium-wording.ts";

/**
 * Podium: JSON or form, access tokens of 10 hours that are JWTs, `expires_at` beside `expires_in`, no scopes in
 * answers, `{ code, message, moreInfo }` for errors of resources. Its accounts are organisations.
 *
 * Facts: docs.podium.com, "OAuth", "Errors" (2026-08-14), its OpenAPI files (2026-07-09) and a published probe
 * (2026-10-06). Whether it rotates refresh tokens is not documented: by default it does so with every exchange and
 * knows no mercy, `rotation` and `reuse` tell the other stories. Neither is an end of unused ones: 90 days here.
 */
export function podiumPlatform(
  options: {
    readonly name?: string | undefined;
    readonly policy?: Partial<TokenPolicy> | undefined;
    readonly settings?: PodiumSettings | undefined;
  } = {},
): SandboxPlatform {
  return {
    name: options.name ?? "podium",
    refresher: "podium",
    addressOptions: { api_url: "/v4" },
    tokenPath: "/oauth/token",
    policy: {
      accessLifetimeSeconds: 36_000,
      // 90 days without an exchange; each one starts them again.
      refreshLifetimeSeconds: 7_776_000,
      refreshEnd: "sliding",
      rotation: "always",
      rotateEvery: 2,
      reuse: "strict",
      forgivenReceives: "same-successor",
      repeatUnchangedToken: true,
      ...options.policy,
    },
    scopes: [
      "read_contacts",
      "write_contacts",
      "read_messages",
      "write_messages",
      "read_reviews",
      "write_reviews",
      "read_locations",
    ],
    tokens: { access: { prefix: "pat_", suffix: "_p" }, refresh: { prefix: "prt_", suffix: "_p" } },
    settings: { ...options.settings },
    readTokenRequest: read,
    wordTokens: wordPodiumTokens,
    wordRefusal: wordPodiumRefusal,
    resources: podiumResources,
  };
}

function read(request: SandboxRequest): TokenRequest {
  if (request.method !== "POST") return { malformed: "only POST is allowed" };
  const type = mediaTypeOf(request);
  if (type !== "application/json" && type !== "application/x-www-form-urlencoded") {
    return { malformed: "parameters belong into a JSON or form body" };
  }
  const foundIn: FoundIn = type === "application/json" ? "json" : "form";
  const form = formOf(request);
  const json = jsonOf(request);
  const parameter = (name: string): string | undefined => text(foundIn === "json" ? json[name] : form.get(name));
  return {
    grantType: parameter("grant_type"),
    clientId: parameter("client_id"),
    clientSecret: parameter("client_secret"),
    refreshToken: parameter("refresh_token"),
    clientFoundIn: foundIn,
    bodyFoundIn: foundIn,
  };
}
