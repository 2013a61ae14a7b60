import {
  assessGrant,
  bearer,
  interpretTokenAnswer,
  jsonOf,
  tokenRequest,
  type Refresher,
  type RefresherTraits,
  type TokenDialect,
} from "@tokenward/core/plugin";
import type { RefresherFixture } from "../refresher/fixture.ts";
import type { RefresherSubject } from "../refresher/subject.ts";

const url = "https://sound.example/token";

/** A refresher without a defect, of one of the three kinds that the suite tells apart. */
export interface SoundKind {
  readonly traits: RefresherTraits;
  readonly dialect: TokenDialect;
  readonly client: NonNullable<Refresher["client"]>;
}

/** The refresh token may rotate, dies from not being used, and the client has a secret. */
export const rotating: SoundKind = {
  traits: { rotation: "sometimes", reuse: "strict", idleLimitDays: 90 },
  dialect: { url, secretRequired: true, references: ["log_id"], attributes: ["team"] },
  client: "confidential",
};

/** The refresh token stays, and the client may be public. */
export const lasting: SoundKind = {
  traits: { rotation: "never", reuse: "retry-safe", cadence: "every-run" },
  dialect: { url, returnsRefreshToken: "never" },
  client: "public",
};

/** The access token is renewed in place, a day after it was minted, by itself alone. */
export const renewing: SoundKind = {
  traits: { rotation: "sometimes", reuse: "retry-safe", presents: "access-token", minimumAgeSeconds: 86_400 },
  dialect: { url, presents: "access-token", clientAuth: "none", body: "query", grantType: "renew" },
  client: "none",
};

/** The refresher of a kind. */
export function soundRefresher({ traits, dialect, client }: SoundKind): Refresher {
  return {
    platform: "sound",
    traits,
    endpoint: dialect.url,
    client,
    requiredScopes: ["first.scope"],
    scopeAliases: { "first.alias": "first.scope" },
    assess: (grant, now, policy) => assessGrant(grant, now, policy),
    request: (grant, app) => tokenRequest(dialect, grant, app),
    interpret: (answer, grant, now) => interpretTokenAnswer(dialect, answer, grant, now),
    verify: async (_grant, _client, accessToken, io) => {
      const answer = await io.http.send({
        method: "GET",
        url: "https://sound.example/me",
        headers: { authorization: bearer(accessToken) },
      });
      const id = jsonOf(answer)?.["id"];
      if (answer.status === 200 && typeof id === "string") return { works: true, subject: id };
      return { works: false, class: "transient", detail: `it answered with status ${answer.status}` };
    },
    authorization: {
      authorizeUrl: "https://sound.example/authorize",
      flow: "code",
      clientIdParameter: "client_id",
      scopeSeparator: " ",
      pkce: "S256",
      loopback: true,
      codeRequest: ({ code, redirectUri }, app) => ({
        method: "POST",
        url: dialect.url,
        body: { form: { code, redirect_uri: redirectUri, client_id: app.id } },
      }),
      interpretCode: (answer, now) => interpretTokenAnswer(dialect, answer, undefined, now),
    },
  };
}

/** The subject of a kind, with whatever refresher is made of the sound one. */
export function subjectOf(kind: SoundKind, create: () => Refresher = () => soundRefresher(kind)): RefresherSubject {
  return { create, fixtures: fixturesOf(kind) };
}

const source = "RFC 6749, sections 5.1 and 5.2";

function fixturesOf({ traits, client }: SoundKind): readonly RefresherFixture[] {
  const rotates = traits.rotation !== "never" && traits.presents !== "access-token";
  const refresh = rotates ? ',"refresh_token":"{{refresh_token}}","refresh_expires_in":86400' : "";
  const refused = (
    name: string,
    situation: RefresherFixture["situation"],
    failure: Extract<RefresherFixture["expect"], { kind: "refused" }>["class"],
    answer: RefresherFixture["answer"],
  ): RefresherFixture => ({ name, situation, source, answer, expect: { kind: "refused", class: failure } });
  return [
    {
      name: "an exchange",
      situation: "success",
      source,
      answer: { body: `{"scope":"a b","access_token":"{{access_token}}","expires_in":3600,"team":"t1"${refresh}}` },
      expect: {
        kind: "exchanged",
        accessToken: "new",
        refreshToken: rotates ? "new" : "absent",
        expiresIn: 3600,
        refreshTokenExpiresIn: rotates ? 86_400 : "unknown",
        scopes: ["a", "b"],
        attributes: client === "confidential" ? { team: "t1" } : undefined,
      },
    },
    refused("a dead token", "dead-token", "reauth", {
      status: 400,
      body: '{"error":"invalid_grant","error_description":"expired","log_id":"17"}',
    }),
    refused("a wrong client", "wrong-client", "client", { status: 401, body: '{"error":"invalid_client"}' }),
    refused("too many requests", "throttled", "throttled", { status: 429, body: '{"error":"slow_down"}' }),
    refused("a server error", "server-error", "transient", { status: 500, body: '{"error":"server_error"}' }),
    refused("a page", "malformed", "in-doubt", { body: "<html></html>", contentType: "text/html" }),
  ];
}
