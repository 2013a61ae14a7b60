import { formOf, mediaTypeOf, splitScopes, type SandboxPlatform } from "@tokenward/sandbox";

/**
 * The platform on localhost, for tests and for trying the plugin. Write it from the platform's documentation, not from
 * the plugin: it is the second opinion. It reads requests and words answers; rotation, replay detection, expiry and
 * faults are the sandbox's.
 */
export const samplePlatform: SandboxPlatform = {
  name: "sample-name",
  tokenPath: "/oauth/token",
  policy: {
    accessLifetimeSeconds: 3_600,
    refreshLifetimeSeconds: 7_776_000,
    refreshEnd: "sliding",
    rotation: "always",
    rotateEvery: 1,
    reuse: "strict",
    forgivenReceives: "same-successor",
    repeatUnchangedToken: true,
  },
  scopes: ["profile", "posts.write"],
  tokens: { access: { prefix: "at_", suffix: "+a/=" }, refresh: { prefix: "rt_", suffix: "+r/=" } },
  readTokenRequest: (request) => {
    if (request.method !== "POST") return { malformed: "only POST is allowed" };
    if (mediaTypeOf(request) !== "application/x-www-form-urlencoded") return { malformed: "a form is expected" };
    const form = formOf(request);
    const field = (name: string): string | undefined => form.get(name) ?? undefined;
    return {
      grantType: field("grant_type"),
      clientId: field("client_id"),
      clientSecret: field("client_secret"),
      refreshToken: field("refresh_token"),
      scopes: splitScopes(field("scope")),
      clientFoundIn: "form",
      bodyFoundIn: "form",
    };
  },
  wordTokens: (issued) => ({
    status: 200,
    headers: { "cache-control": "no-store" },
    body: {
      access_token: issued.accessToken,
      token_type: "Bearer",
      expires_in: issued.expiresIn,
      refresh_token: issued.refreshToken,
      refresh_token_expires_in: issued.refreshExpiresIn,
      scope: issued.scopes?.join(" "),
      account_id: issued.account.id,
    },
  }),
  wordRefusal: (refusal, _settings, n) => ({
    status: refusal.status ?? (refusal.error === "invalid_client" ? 401 : 400),
    body: { error: refusal.error, error_description: refusal.description, request_id: `req-${n}` },
  }),
  resources: [
    {
      path: "/api/me",
      requiredScope: "profile",
      answer: (access) => {
        if (access.kind !== "access" || access.state !== "alive")
          return { status: 401, body: { error: "unauthorized" } };
        if (!access.allowed) return { status: 403, body: { error: "insufficient_scope" } };
        return { status: 200, body: { id: access.account?.id, name: access.account?.name } };
      },
    },
  ],
  // For the configuration that `npm run sandbox` prints.
  addressOptions: { user_url: "/api/me" },
};
