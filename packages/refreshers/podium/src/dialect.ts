import type { RefresherTraits, TokenDialect } from "@tokenward/core/plugin";

/**
 * What Podium does not document is taken from the careful side: a refresh token may change, an exchanged one may be
 * dead, and one that was not used to refresh for 90 days is dead. All of it can be configured (`rotation`, `reuse`,
 * `idle_limit_days`), and Podium's own sample, which keeps one token for ever (podium-api-sample-contacts,
 * 2024-08-30), is served as well.
 */
export const podiumTraits: RefresherTraits = {
  rotation: "sometimes",
  reuse: "strict",
  cadence: "every-run",
  idleLimitDays: 90,
};

/**
 * Podium's token endpoint: docs.podium.com, "OAuth" (2026-08-14), which shows JSON; a form works, too (published probe,
 * 2026-10-06). Statuses of its errors are not recorded, so 400 and 401 mean the same. It names errors as RFC 6749 does;
 * the codes of the API ("Errors", 2026-08-14) are known in case it speaks like the API, in words or in numbers.
 */
export const podiumDialect: TokenDialect = {
  url: "https://api.podium.com/oauth/token",
  body: "json",
  secretRequired: true,
  errors: {
    bad_request: "client",
    invalid_request_values: "client",
    invalid_header_version: "client",
    unauthenticated: "reauth",
    unauthorized: "reauth",
    resource_not_found: "client",
    route_not_found: "client",
    internal_server_error: "transient",
    "400": "client",
    "401": "reauth",
    "403": "client",
    "404": "client",
    "429": "throttled",
  },
  sentences: {
    invalid_grant:
      "its refresh token is dead: revoked, not used for too long, or already exchanged by somebody else (Podium answered invalid_grant)",
    unauthorized:
      "Podium accepts its refresh token no more, or not with this client secret: compare that one first (unauthorized)",
    invalid_client: "client_id and client_secret are not those of a Podium app: compare its OAuth tab (invalid_client)",
    route_not_found: "there is no token endpoint at token_url (Podium answered route_not_found)",
  },
};

/**
 * What a grant must allow unless the configuration says otherwise: to read and write conversations, contacts and
 * reviews.
 */
export const podiumRequiredScopes: readonly string[] = [
  "read_messages",
  "write_messages",
  "read_contacts",
  "write_contacts",
  "read_reviews",
  "write_reviews",
];

// docs.podium.com, "OAuth scopes", and what operations of the OpenAPI files (2026-07-09) require beyond that list.
const subjects: Readonly<Record<"read" | "write", readonly string[]>> = {
  read: [
    "contacts",
    "messages",
    "locations",
    "reviews",
    "payments",
    "users",
    "organizations",
    "feedback",
    "campaigns",
    "appointments",
    "phones",
    "products",
    "templates",
  ],
  write: [
    "contacts",
    "messages",
    "locations",
    "reviews",
    "payments",
    "campaigns",
    "appointments",
    "feedback",
    "products",
    "templates",
  ],
};

/**
 * `contacts.read` is `read_contacts`, and so on. Podium has no scope of conversations: what happens in one are its
 * messages.
 */
export const podiumScopeAliases: Readonly<Record<string, string>> = {
  "conversations.read": "read_messages",
  "conversations.write": "write_messages",
  ...dotted("read"),
  ...dotted("write"),
};

function dotted(access: "read" | "write"): Record<string, string> {
  return Object.fromEntries(subjects[access].map((subject) => [`${subject}.${access}`, `${access}_${subject}`]));
}
