import type { SandboxAnswer, SandboxPlatform, SandboxRequest, TokenPolicy, TokenRequest } from "../../platform.ts";
import { basicOf, formOf, text } from "../../request-reading.ts";
import { oauth2Platform } from "../oauth2.ts";
import type { OAuth2Settings } from "../oauth2-settings.ts";

/** How one platform that the generic refresher has a preset for differs from RFC 6749. */
export interface PresetDialect {
  /** The preset's name. */
  readonly name: string;
  readonly policy: Partial<TokenPolicy>;
  readonly settings: OAuth2Settings;
  readonly scopes: readonly string[];
  /** The only method that the token endpoint takes. Default `POST`. */
  readonly method?: "GET" | "POST" | undefined;
  /** The endpoint that tells about tokens, where the preset names one. */
  readonly looks?: "userinfo" | "introspection" | undefined;
  /** What stands in the way before anything is read, such as a user-agent that is not welcome. */
  readonly turnsAway?: ((request: SandboxRequest) => string | undefined) | undefined;
  /** Words of its own for refusals. Default: as the settings say. */
  readonly refusal?: SandboxPlatform["wordRefusal"] | undefined;
}

/** The dialect on the generic provider's base. */
export function presetDialect(dialect: PresetDialect): SandboxPlatform {
  const { name, method = "POST", turnsAway, looks } = dialect;
  const base = oauth2Platform({
    name,
    settings: dialect.settings,
    policy: { rotateEvery: 2, ...dialect.policy },
    scopes: dialect.scopes,
  });
  const read = (request: SandboxRequest, settings: Readonly<Record<string, unknown>>): TokenRequest => {
    if (request.method !== method) return { malformed: `only ${method} is allowed` };
    const refused = turnsAway?.(request);
    return refused === undefined ? base.readTokenRequest(request, settings) : { malformed: refused };
  };
  return {
    ...base,
    refresherOptions: { preset: name },
    addressOptions: looks === undefined ? {} : looks === "userinfo" ? { userinfo_url: "/userinfo" } : introspection,
    readTokenRequest: read,
    wordRefusal: dialect.refusal ?? base.wordRefusal,
    resources: base.resources?.map(({ requiredScope: _, ...resource }) =>
      resource.path === "/introspect"
        ? { ...resource, answer: (access) => (namesClient(access.request) ? resource.answer(access) : noClient) }
        : resource,
    ),
  };
}

const introspection = { introspection_url: "/introspect" } as const;
const noClient: SandboxAnswer = { status: 401, body: { error: "invalid_client" } };

// RFC 7662, section 2.1: nobody may look at tokens without saying who asks.
function namesClient(request: SandboxRequest): boolean {
  return basicOf(request, true) !== undefined || text(formOf(request).get("client_secret")) !== undefined;
}

/** Whether a refusal is about the token that was presented, and not about who presented it or how. */
export function isDead(error: string): boolean {
  return error === "invalid_grant";
}
