import type { PresentedAccess, SandboxAnswer, SandboxPlatform, TokenPolicy } from "../platform.ts";
import { bearerOf, splitScopes, text } from "../request-reading.ts";
import type { SandboxRequest, TokenRequest } from "../platform.ts";
import {
  graphAnswer,
  graphRefusal,
  notAuthorized,
  notParsed,
  sessionExpired,
  type GraphError,
} from "./graph-wording.ts";
import type { InstagramSettings } from "./instagram-settings.ts";

const products = {
  instagram: {
    tokenPath: "/refresh_access_token",
    grantType: "ig_refresh_token",
    tokenParameter: "access_token",
    minimumAgeSeconds: 86_400,
    basicScope: "instagram_business_basic",
    scopes: ["instagram_business_basic", "instagram_business_content_publish"],
    prefix: "IGAA",
  },
  facebook: {
    tokenPath: "/v25.0/oauth/access_token",
    grantType: "fb_exchange_token",
    tokenParameter: "fb_exchange_token",
    minimumAgeSeconds: undefined,
    basicScope: undefined,
    scopes: ["instagram_basic", "instagram_content_publish", "pages_show_list"],
    prefix: "EAAG",
  },
} as const;

/**
 * Instagram as Meta runs it, by the product that the grant comes from. Both renew a living access token of 60 days in
 * place by GET. Instagram Login wants it to be 24 hours old and asks for no client; Facebook Login
 * (`login: "facebook"`, named `instagram-facebook`) wants the client in the query.
 *
 * Whether the text of the token changes is documented nowhere: `rotation` says how often it does. Nor is the answer for
 * a younger token: `tooEarly` chooses between a refusal and success with the life that is left.
 *
 * Facts: developers.facebook.com, "Refresh Access Token" (2025-07-17), "Get Long-Lived Tokens" (version 25.0),
 * "Handling Errors", "Debug Access Tokens"; `permissions` from a published capture of version 24.0.
 */
export function instagramPlatform(
  options: {
    /** Default `instagram`. */
    readonly login?: "instagram" | "facebook" | undefined;
    readonly name?: string | undefined;
    readonly policy?: Partial<TokenPolicy> | undefined;
    readonly settings?: InstagramSettings | undefined;
  } = {},
): SandboxPlatform {
  const login = options.login ?? "instagram";
  const product = products[login];
  const facebook = login === "facebook";
  return {
    name: options.name ?? (facebook ? "instagram-facebook" : "instagram"),
    refresher: "instagram",
    refresherOptions: facebook ? { login } : undefined,
    addressOptions: {
      me_url: "/v25.0/me",
      debug_token_url: "/debug_token",
      ...(facebook ? { revoke_url: "/v25.0/me/permissions" } : {}),
    },
    tokenPath: product.tokenPath,
    policy: {
      accessLifetimeSeconds: 5_184_000,
      refreshLifetimeSeconds: null,
      refreshEnd: "sliding",
      rotation: "always",
      rotateEvery: 2,
      reuse: "retry-safe",
      forgivenReceives: "same-successor",
      repeatUnchangedToken: false,
      presents: "access-token",
      minimumAgeSeconds: product.minimumAgeSeconds,
      ...options.policy,
    },
    scopes: product.scopes,
    tokens: {
      access: { prefix: product.prefix, suffix: "ZDZD" },
      refresh: { prefix: product.prefix, suffix: "ZDZD" },
    },
    settings: { permissions: !facebook, ...options.settings },
    needsNoClient: () => !facebook,
    readTokenRequest: (request) => readRenewal(request, login),
    wordTokens: (issued, platformSettings) => {
      const settings = platformSettings as InstagramSettings;
      return {
        status: 200,
        body: {
          access_token: issued.accessToken,
          token_type: "bearer",
          expires_in: settings.endless === true ? undefined : issued.expiresIn,
          permissions: settings.permissions === true ? issued.scopes?.join(",") : undefined,
        },
      };
    },
    wordRefusal: (refusal, settings, n, now) => {
      const error = graphRefusal(refusal, now);
      const message = refusal.description ?? error.message;
      return withStatus(graphAnswer({ ...error, message }, n, settings), refusal.status);
    },
    revocation: facebook
      ? {
          path: "/v25.0/me/permissions",
          presented: (request) => (request.method === "DELETE" ? presentedToken(request) : undefined),
          answer: (found, n) => (found ? { status: 200, body: { success: true } } : graphAnswer(notParsed, n, {})),
        }
      : undefined,
    resources: [
      { path: "/me", requiredScope: product.basicScope, presented: presentedToken, answer: me },
      { path: "/v25.0/me", requiredScope: product.basicScope, presented: presentedToken, answer: me },
      {
        path: "/debug_token",
        presented: (request) => text(request.query.get("input_token")),
        client: appOf,
        answer: debugToken,
      },
    ],
  };
}

function readRenewal({ method, query }: SandboxRequest, login: keyof typeof products): TokenRequest {
  const { grantType, tokenParameter } = products[login];
  const given = text(query.get("grant_type"));
  if (method !== "GET" && login === "instagram") return { malformed: `Unsupported request - method type: ${method}` };
  return {
    // The sandbox decides on `refresh_token`; here the usual name is a wrong one.
    grantType: given === grantType ? "refresh_token" : given === undefined ? undefined : "not-here",
    clientId: login === "facebook" ? text(query.get("client_id")) : undefined,
    clientSecret: login === "facebook" ? text(query.get("client_secret")) : undefined,
    refreshToken: text(query.get(tokenParameter)),
    clientFoundIn: "query",
    bodyFoundIn: "query",
  };
}

function presentedToken(request: SandboxRequest): string | undefined {
  return bearerOf(request) ?? text(request.query.get("access_token"));
}

function me(access: PresentedAccess): SandboxAnswer {
  const refuse = (error: GraphError): SandboxAnswer => graphAnswer(error, access.n, access.settings);
  if (access.state === "expired") return refuse(sessionExpired(access.now));
  if (access.state === "revoked") return refuse(notAuthorized);
  if (access.state !== "alive") return refuse(notParsed);
  if (!access.allowed) return refuse({ code: 10, message: "Application does not have permission for this action" });
  const id = numberOf(access.account?.id ?? "");
  const known: Readonly<Record<string, string | undefined>> = {
    user_id: `1784${id}`,
    username: access.account?.name,
    name: access.account?.name,
  };
  const fields = splitScopes(access.request.query.get("fields") ?? undefined) ?? [];
  return {
    status: 200,
    body: { ...Object.fromEntries(fields.map((field) => [field, known[field]])), id: `2468${id}` },
  };
}

// Ids of Meta are long decimal numbers.
function numberOf(hex: string): string {
  return String(Number.parseInt(hex.slice(0, 10), 16)).padStart(13, "0");
}

/** An app token is `<app id>|<app secret>`. */
function appOf(request: SandboxRequest): { readonly id: string | undefined; readonly secret: string | undefined } {
  const [id, secret] = (request.query.get("access_token") ?? "").split("|");
  return { id, secret };
}

function debugToken(access: PresentedAccess): SandboxAnswer {
  const settings = access.settings as InstagramSettings;
  // Both tokens must be of one app.
  const app = appOf(access.request);
  if (access.clientAccepted !== true || (access.clientId !== undefined && app.id !== access.clientId)) {
    return graphAnswer(
      { code: 100, message: "The App_id in the input_token did not match the Viewing App" },
      access.n,
      {},
    );
  }
  if (access.state !== "alive") {
    const { code, subcode, message } = access.state === "expired" ? sessionExpired(access.now) : notAuthorized;
    return { status: 200, body: { data: { is_valid: false, scopes: [], error: { code, subcode, message } } } };
  }
  const now = Math.floor(access.now.getTime() / 1_000);
  const granted = Math.floor((access.grantedAt ?? access.now).getTime() / 1_000);
  return {
    status: 200,
    body: {
      data: {
        app_id: access.clientId,
        type: settings.endless === true ? "PAGE" : "USER",
        application: "Sandbox",
        is_valid: true,
        expires_at: settings.endless === true ? 0 : now + (access.expiresIn ?? 0),
        data_access_expires_at: granted + (settings.dataAccessDays ?? 90) * 86_400,
        scopes: access.scopes,
        user_id: `1784${numberOf(access.account?.id ?? "")}`,
      },
    },
  };
}

function withStatus(answer: SandboxAnswer, status: number | undefined): SandboxAnswer {
  return status === undefined ? answer : { ...answer, status };
}
