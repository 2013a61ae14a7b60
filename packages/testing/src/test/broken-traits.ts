import { secret } from "@tokenward/core/plugin";
import { broken, type BrokenRefresher } from "./breaking-refreshers.ts";
import { lasting, renewing, rotating, subjectOf } from "./sound-refresher.ts";

const noClient = "without the client that it needs, a request is refused before anything is sent";

/** Refreshers that do otherwise than they say. */
export const brokenTraits: readonly BrokenRefresher[] = [
  broken(rotating, "forgives for no time at all", "traits are possible ones", /graceSeconds must be more/, (base) => ({
    traits: { ...base.traits, reuse: { graceSeconds: 0 } },
  })),
  {
    ...broken(
      lasting,
      "says never, and brings a new refresh token",
      "where the token never rotates, no answer of the platform brings another one",
      /rotation is `never`/,
      () => ({}),
    ),
    subject: {
      ...subjectOf(lasting),
      fixtures: [
        ...subjectOf(lasting).fixtures,
        {
          name: "a rotation",
          situation: "other",
          source: "nobody",
          answer: { body: '{"access_token":"{{access_token}}","refresh_token":"{{refresh_token}}"}' },
          expect: { kind: "exchanged", accessToken: "new", refreshToken: "new" },
        },
      ],
    },
  },
  broken(
    renewing,
    "sends the refresh token along",
    "a request presents the token that its traits name, and no other",
    /which nobody asked for/,
    (base) => ({
      request: async (grant, client) => {
        const request = (await base.request?.(grant, client)) as { readonly query?: Readonly<Record<string, string>> };
        const extra = grant.refreshToken === undefined ? {} : { refresh_token: grant.refreshToken };
        return { ...request, query: { ...request.query, ...extra } } as never;
      },
    }),
  ),
  broken(
    rotating,
    "sends tokens to another address than it says",
    "the request goes to its endpoint, over https or on this machine",
    /goes elsewhere/,
    (base) => ({
      request: async (grant, client) =>
        ({
          ...((await base.request?.(grant, client)) as object),
          url: "https://other.example/token",
        }) as never,
    }),
  ),
  broken(
    rotating,
    "sends tokens over plain HTTP",
    "the request goes to its endpoint, over https or on this machine",
    /must begin with https/,
    (base) => ({
      endpoint: undefined,
      request: async (grant, client) =>
        ({
          ...((await base.request?.(grant, client)) as object),
          url: "http://sound.example/token",
        }) as never,
    }),
  ),
  broken(
    renewing,
    "renews a token on its first day",
    "a token that is too young is skipped, and due once it is old enough",
    /instead of skipped/,
    (base) => ({
      assess: (grant, now, policy) => {
        const assessment = base.assess(grant, now, policy);
        return assessment.verdict === "skipped" ? { ...assessment, verdict: "due" } : assessment;
      },
    }),
  ),
  broken(
    renewing,
    "tries to renew an ended token",
    "an ended credential needs a human, and is never due",
    /ended .* ago, and it is due/,
    (base) => ({
      assess: (grant, now, policy) => {
        const end = grant.accessTokenExpiresAt;
        const ended = grant.accessToken !== undefined && end !== undefined && end < now;
        return ended ? { verdict: "due", reason: "its access token ended" } : base.assess(grant, now, policy);
      },
    }),
  ),
  broken(
    rotating,
    "wants to exchange what is not there",
    "without a token to present, only a human can renew",
    /it is due although no refresh-token/,
    (base) => ({
      assess: (grant, now, policy) => {
        const soon =
          grant.refreshToken === undefined && Number(grant.accessTokenExpiresAt) - now.getTime() === 60 * 86_400_000;
        return soon ? { verdict: "due", reason: "its access token ends" } : base.assess(grant, now, policy);
      },
    }),
  ),
  broken(
    rotating,
    "counts down in silence",
    "where only a human can renew, it counts down and alerts in time",
    /nobody is told/,
    (base) => ({ assess: (...facts) => ({ ...base.assess(...facts), alert: false }) }),
  ),
  broken(
    rotating,
    "lets a refresh token die from not being used",
    "a refresh token that dies from not being used is used in time",
    /instead of due/,
    (base) => ({
      assess: (grant, now, policy) =>
        base.assess(grant, now, { ...policy, traits: { ...policy.traits, idleLimitDays: undefined } }),
    }),
  ),
  broken(
    rotating,
    "gives a broken reason",
    "an assessment says why, with possible dates and without secrets",
    /a reason is broken/,
    (base) => ({
      assess: (grant, ...facts) => ({
        ...base.assess(grant, ...facts),
        reason: `it ends in ${Number(grant.accessTokenExpiresAt?.getTime()) - Number(facts[0])} ms`,
      }),
    }),
  ),
  broken(
    renewing,
    "carries a client that nobody asked for",
    "where the token alone is enough, a request needs no client and carries none",
    /carries the client's id/,
    (base) => ({
      request: async (grant, client) => {
        const request = (await base.request?.(grant, client)) as { readonly query?: Readonly<Record<string, string>> };
        return { ...request, query: { ...request.query, client_id: client.id } } as never;
      },
    }),
  ),
  broken(rotating, "sends without a client secret", noClient, /was made without a client secret/, (base) => ({
    request: (grant, client) =>
      base.request?.(
        grant,
        client.secrets.length > 0 ? client : { ...client, secrets: [secret("none-given")] },
      ) as never,
  })),
  broken(rotating, "throws something else without a client", noClient, /is not ERR_AUTH_REQUEST_INVALID/, (base) => ({
    request: (grant, client) => {
      if (client.secrets.length === 0) throw new TypeError("no secret");
      return base.request?.(grant, client) as never;
    },
  })),
  broken(
    rotating,
    "sends an empty token",
    "without a token, a request is refused before anything is sent",
    /was made without a refresh-token/,
    (base) => ({
      request: (grant, client) =>
        base.request?.({ ...grant, refreshToken: grant.refreshToken ?? secret("") }, client) as never,
    }),
  ),
];
