import { describe, expect, test } from "vitest";
import type { Grant } from "../grant.ts";
import type { HttpAnswer } from "../http/message.ts";
import type { Exchanged, Refused } from "../refresher.ts";
import { secret } from "../secret.ts";
import type { TokenDialect } from "./dialect.ts";
import { interpretTokenAnswer } from "./interpret.ts";

const now = new Date("2026-11-22T12:00:00Z");
const grant: Grant = {
  id: "crm",
  platform: "crm",
  accessToken: secret("at-stored-1"),
  refreshToken: secret("rt-stored-1"),
  consentedAt: new Date("2026-11-01T00:00:00Z"),
};
const inSeconds = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);

function read(
  body: unknown,
  more: { status?: number; headers?: Record<string, string>; dialect?: Partial<TokenDialect>; grant?: Grant } = {},
): Exchanged | Refused {
  const answer: HttpAnswer = {
    status: more.status ?? 200,
    headers: more.headers ?? {},
    body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
    truncated: false,
    receivedAt: now,
  };
  return interpretTokenAnswer({ url: "https://crm.example/token", ...more.dialect }, answer, more.grant ?? grant, now);
}

const tokens = { access_token: "at-new-1", refresh_token: "rt-new-1" };

describe("tokens", () => {
  test("everything that an answer says", () => {
    const result = read(
      { ...tokens, expires_in: 7200, refresh_expires_in: "86400", scope: "a,b", open_id: "o-1", instance: 7 },
      { dialect: { attributes: ["open_id", "instance", "absent"] } },
    );
    expect(result).toMatchObject({
      kind: "exchanged",
      accessTokenExpiresAt: inSeconds(7200),
      refreshTokenExpiresAt: inSeconds(86_400),
      scopes: ["a", "b"],
      attributes: { open_id: "o-1", instance: "7" },
      malformed: undefined,
    });
  });

  test("an envelope that is named keeps the tokens of others out", () => {
    const slack = {
      ok: true,
      access_token: "bot",
      refresh_token: "bot-rt",
      authed_user: { ...tokens, expires_in: 60 },
    };
    const result = read(slack, { dialect: { envelope: ["authed_user"], success: { flag: "ok" } } }) as Exchanged;
    expect([result.accessToken?.reveal(), result.refreshToken?.reveal()]).toEqual(["at-new-1", "rt-new-1"]);
    expect(result.accessTokenExpiresAt).toEqual(inSeconds(60));
  });

  test("fields under other names come first", () => {
    const body = { token: "at-new-1", rt: "rt-new-1", refresh_token: "something else", ttl: 60 };
    const dialect = { fields: { access_token: ["token"], refresh_token: ["rt"], expires_in: ["ttl"] } };
    const result = read(body, { dialect }) as Exchanged;
    expect([result.accessToken?.reveal(), result.refreshToken?.reveal()]).toEqual(["at-new-1", "rt-new-1"]);
    expect(result.accessTokenExpiresAt).toEqual(inSeconds(60));
  });

  test("a field that is null under one name may stand under another", () => {
    const body = { refresh_token: null, refreshToken: "rt-new-1", access_token: "at-new-1" };
    expect((read(body) as Exchanged).refreshToken?.reveal()).toBe("rt-new-1");
  });

  test.each<[string, TokenDialect["refreshExpiry"], Date | undefined]>([
    ["the answer", "field", inSeconds(60)],
    ["nowhere", "none", undefined],
    ["a life from each exchange", { days: 10, from: "exchange" }, inSeconds(864_000)],
    ["a life from the consent", { days: 10, from: "consent" }, new Date("2026-11-11T00:00:00Z")],
  ])("the refresh token's end from %s", (_, refreshExpiry, end) => {
    const result = read({ ...tokens, refresh_token_expires_in: 60 }, { dialect: { refreshExpiry } }) as Exchanged;
    expect(result.refreshTokenExpiresAt).toEqual(end);
  });

  test("the access token is what counts where that is renewed", () => {
    const dialect: Partial<TokenDialect> = { presents: "access-token" };
    const result = read({ access_token: "at-stored-1", expires_in: 60 }, { dialect });
    expect(result).toMatchObject({ kind: "exchanged", malformed: undefined });
    expect(read('{"access_token":"at-new-1","expires_in":51', { dialect })).toMatchObject({ kind: "exchanged" });
    expect(read({ refresh_token: "rt-new-1" }, { dialect })).toMatchObject({ kind: "refused", class: "in-doubt" });
  });

  test("half an answer without refresh token is enough where there is never one", () => {
    const half = '{"access_token":"at-new-1","expires_in":35';
    expect(read(half, { dialect: { returnsRefreshToken: "never" } })).toMatchObject({ kind: "exchanged" });
    expect(read(half)).toMatchObject({ kind: "refused", class: "in-doubt" });
  });

  test("a missing refresh token is odd where there is always one", () => {
    const result = read({ access_token: "at-new-1" }, { dialect: { returnsRefreshToken: "always" } });
    expect(result).toMatchObject({ kind: "exchanged", refreshToken: undefined });
    expect((result as Exchanged).malformed).toContain("no refresh token");
  });

  test("an absolute time where seconds belong", () => {
    const end = inSeconds(3600);
    for (const expires_in of [end.getTime() / 1000, end.getTime(), end.toISOString()]) {
      expect(read({ ...tokens, expires_in })).toMatchObject({ accessTokenExpiresAt: end, malformed: undefined });
    }
  });
});

describe("refusals", () => {
  test.each<[Refused["class"], number, unknown]>([
    ["reauth", 400, { error: "invalid_grant", error_description: "dead" }],
    ["reauth", 200, { error: "invalid_grant" }],
    ["reauth", 400, { data: { error: "invalid_grant" } }],
    ["reauth", 401, { errors: [{ errorType: "invalid_grant" }] }],
    ["reauth", 400, { status: "BAD_REFRESH_TOKEN", message: "…" }],
    ["reauth", 400, { error: { code: 190, error_subcode: 463, type: "OAuthException", message: "…" } }],
    ["reauth", 400, { error: { code: 102, fbtrace_id: "A" } }],
    ["reauth", 400, '{"error":"invalid_grant","error_descr'],
    ["client", 401, { error: "invalid_client" }],
    ["client", 400, { error: "something_of_their_own" }],
    ["client", 400, { error: { code: 101, type: "OAuthException" } }],
    ["scopes", 403, { error: "insufficient_scope" }],
    ["scopes", 400, { error: { code: 200, type: "OAuthException" } }],
    ["transient", 503, { error: "temporarily_unavailable" }],
    ["transient", 500, { error: "server_error" }],
    ["transient", 400, { error: { code: 2, type: "OAuthException" } }],
    ["transient", 400, { error: { code: 999, type: "OAuthException", is_transient: true } }],
    ["throttled", 400, { error: { code: 4, type: "OAuthException" } }],
    ["throttled", 429, "<html>slow down</html>"],
    ["throttled", 429, { error: "invalid_grant" }],
    ["in-doubt", 500, ""],
    ["in-doubt", 500, { error: "whatever_happened" }],
    ["in-doubt", 503, "<html>maintenance</html>"],
    ["in-doubt", 400, { error_description: "invalid_grant" }],
    ["in-doubt", 403, { error: "Forbidden" }],
  ])("%s: %i %j", (failure, status, body) => {
    expect(read(body, { status })).toMatchObject({ kind: "refused", class: failure });
  });

  test("503 with Retry-After is not in doubt", () => {
    expect(read("", { status: 503, headers: { "retry-after": "5" } })).toMatchObject({ class: "transient" });
  });

  test("flags and codes decide, whatever the status", () => {
    const slack: Partial<TokenDialect> = { success: { flag: "ok" } };
    expect(read({ ok: false, error: "token_revoked" }, { dialect: slack })).toMatchObject({
      class: "reauth",
      error: "token_revoked",
    });
    expect(read({ ok: false }, { dialect: slack })).toMatchObject({ kind: "refused", class: "client" });
    const business: Partial<TokenDialect> = { success: { code: "code", is: 0 }, errors: { "40105": "reauth" } };
    expect(read({ code: 40105, message: "…", data: {} }, { dialect: business })).toMatchObject({
      class: "reauth",
      error: "40105",
    });
    expect(read({ code: 0, data: tokens }, { dialect: business })).toMatchObject({ kind: "exchanged" });
  });

  test("a dialect's own words win, in classes and in sentences", () => {
    const dialect: Partial<TokenDialect> = {
      errors: { invalid_request: "reauth", closer: "scopes" },
      sentences: { invalid_request: "it is over", closer: "it lacks something" },
      references: ["log_id"],
    };
    expect(read({ error: "invalid_request", log_id: "2026-x" }, { status: 400, dialect })).toEqual({
      kind: "refused",
      class: "reauth",
      error: "invalid_request",
      detail: "it is over",
      reference: "2026-x",
    });
    expect(read({ error: "invalid_grant", error_subtype: "closer" }, { status: 400, dialect })).toMatchObject({
      class: "scopes",
      error: "invalid_grant",
      detail: "it lacks something",
    });
  });

  test("fields that describe an error more closely, and the first of a list", () => {
    const dialect: Partial<TokenDialect> = {
      subtypes: ["error_codes"],
      errors: { "7000222": "client" },
      sentences: { "700082": "unused for too long" },
    };
    const answer = (codes: unknown): unknown => ({ error: "invalid_grant", error_codes: codes });
    expect(read(answer([700_082, 1]), { status: 400, dialect })).toMatchObject({
      class: "reauth",
      detail: "unused for too long",
    });
    expect(read(answer([7_000_222]), { status: 400, dialect })).toMatchObject({ class: "client" });
    expect(read(answer({ a: 1 }), { status: 400, dialect })).toMatchObject({ class: "reauth", error: "invalid_grant" });
  });

  test.each(["error", "code", "status"])("a number in %s counts only where the dialect names it", (field) => {
    const answer = { message: "Bad Request", [field]: 400 };
    expect(read(answer, { status: 400, dialect: { errors: { 400: "reauth" } } })).toMatchObject({ class: "reauth" });
    expect(read(answer, { status: 400 })).toMatchObject({ class: "in-doubt" });
  });

  describe("a phrase", () => {
    const dialect: Partial<TokenDialect> = {
      sentences: { invalid_request: "a parameter is missing" },
      phrases: [
        {
          error: "invalid_request",
          says: "refresh token is invalid, expired or revoked",
          class: "reauth",
          sentence: "its refresh token is dead",
        },
      ],
    };
    const phrase = "The provided authorization grant or refresh token is invalid, expired or revoked";

    test.each([
      [phrase],
      [`${phrase}.`],
      [phrase.toUpperCase()],
      [`  ${phrase.replaceAll(" ", "\n ")} `],
      [`${phrase}. (request 4711)`],
    ])("counts beside its code: %j", (text) => {
      const dead = { kind: "refused", class: "reauth", error: "invalid_request", detail: "its refresh token is dead" };
      expect(read({ error: "invalid_request", error_description: text }, { status: 400, dialect })).toMatchObject(dead);
      const object = { error: { code: "INVALID_REQUEST", message: text } };
      expect(read(object, { status: 400, dialect })).toMatchObject(dead);
    });

    test.each([
      ["client", { error: "invalid_request" }, "a parameter is missing"],
      [
        "client",
        { error: "invalid_request", error_description: "redirect uri does not match" },
        "a parameter is missing",
      ],
      ["client", { error: "invalid_request", error_description: ["revoked"] }, "a parameter is missing"],
      ["client", { error: "invalid_client", error_description: phrase }, "invalid_client"],
      ["in-doubt", { error_description: phrase }, "neither a token nor an OAuth error"],
      ["in-doubt", phrase, "neither a token nor an OAuth error"],
    ] as const)("means nothing by itself, or beside another code: %s %j", (failure, body, detail) => {
      const refused = read(body, { status: 400, dialect }) as Refused;
      expect(refused.class).toBe(failure);
      expect(refused.detail).toContain(detail);
    });

    test("does not outvote a status that asks for patience", () => {
      const body = { error: "invalid_request", error_description: phrase };
      expect(read(body, { status: 429, dialect })).toMatchObject({ class: "throttled" });
    });
  });

  test("tokens that an error echoes are not new", () => {
    const echo = { error: "invalid_grant", refresh_token: "rt-stored-1", access_token: "at-stored-1" };
    expect(read(echo, { status: 400 })).toMatchObject({ kind: "refused", class: "reauth" });
    expect(read({ request: echo }, { status: 502 })).toMatchObject({ kind: "refused" });
    const example = { error: "invalid_request", help: { refresh_token: "your-refresh-token" } };
    expect(read(example, { status: 400 })).toMatchObject({ kind: "refused", class: "client" });
  });

  test("nothing of the answer's text is repeated but its code", () => {
    const leaks = [
      { error: "rt-stored-1", log_id: "at-stored-1" },
      { error: "invalid_grant", error_description: "the token rt-stored-1 of mallory@example is dead" },
      "<html>rt-stored-1 mallory@example</html>",
      { error: { code: "mallory@example", message: "rt-stored-1" } },
    ];
    for (const body of leaks) {
      for (const status of [200, 400, 500]) {
        const text = JSON.stringify(read(body, { status, dialect: { references: ["log_id"] } }));
        expect(text).not.toMatch(/stored|mallory/);
      }
    }
  });
});
