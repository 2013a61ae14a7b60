import assert from "node:assert/strict";
import { endpointMistake, TokenwardError, type Assessment, type Client, type Grant } from "@tokenward/core/plugin";
import { assertNothingSecret, secretsIn } from "./leaks.ts";
import {
  after,
  answerOfFixture,
  clientOf,
  exchangerOf,
  grantOf,
  now,
  readingOf,
  refresherCase,
  requestOf,
  withoutExchange,
  type RefresherCase,
  type RefresherSubject,
} from "./subject.ts";

const day = 86_400;

/** What a refresher says of its platform, and what it does, are the same. */
export const traitCases: readonly RefresherCase[] = [
  refresherCase("traits are possible ones", ({ create }) => {
    const { platform, traits, endpoint } = create();
    assert.match(platform, /^[a-z0-9][a-z0-9-]*$/, "its platform is not a name of small letters, digits and hyphens");
    for (const [name, value] of [
      ["minimumAgeSeconds", traits.minimumAgeSeconds],
      ["idleLimitDays", traits.idleLimitDays],
      ["graceSeconds", typeof traits.reuse === "object" ? traits.reuse.graceSeconds : undefined],
    ] as const) {
      assert.ok(value === undefined || (Number.isFinite(value) && value > 0), `${name} must be more than 0`);
    }
    if (endpoint !== undefined)
      assert.equal(endpointMistake(endpoint), undefined, `its endpoint ${endpointMistake(endpoint)}`);
  }),

  refresherCase(
    "where the token never rotates, no answer of the platform brings another one",
    (subject) => {
      for (const fixture of subject.fixtures) {
        const reading = readingOf(subject, answerOfFixture(subject, fixture), `"${fixture.name}"`);
        if (reading.kind === "refused" || reading.refreshToken === undefined) continue;
        const same = reading.refreshToken.reveal() === grantOf(subject).refreshToken?.reveal();
        assert.ok(same, `rotation is \`never\`, but "${fixture.name}" brings a new refresh token`);
      }
    },
    (subject) =>
      withoutExchange(subject) ?? (subject.create().traits.rotation === "never" ? undefined : "its token may rotate"),
  ),

  refresherCase(
    "a request presents the token that its traits name, and no other",
    async (subject) => {
      const { presents = "refresh-token" } = subject.create().traits;
      const { accessToken, refreshToken } = grantOf(subject);
      const carried = secretsIn(await requestOf(subject));
      const [presented, other] =
        presents === "access-token" ? [accessToken, refreshToken] : [refreshToken, accessToken];
      assert.ok(carried.includes(presented?.reveal() ?? ""), `the request does not carry the ${presents} as a secret`);
      const kind = presents === "access-token" ? "refresh token" : "access token";
      assert.ok(!carried.includes(other?.reveal() ?? ""), `the request carries the ${kind}, which nobody asked for`);
    },
    withoutExchange,
  ),

  refresherCase(
    "the request goes to its endpoint, over https or on this machine",
    async (subject) => {
      const { url } = await requestOf(subject);
      const mistake = endpointMistake(url);
      assert.equal(mistake, undefined, `the address of the request ${mistake}`);
      const { endpoint } = subject.create();
      if (endpoint === undefined || endpoint.includes("{")) return;
      assert.equal(url, endpoint, "the request goes elsewhere than its endpoint says");
    },
    withoutExchange,
  ),

  refresherCase(
    "a token that is too young is skipped, and due once it is old enough",
    (subject) => {
      const { minimumAgeSeconds } = subject.create().traits;
      const age = minimumAgeSeconds ?? 0;
      const at = (seconds: number): Assessment =>
        assess(subject, { rotatedAt: after(-seconds), accessTokenExpiresAt: after(age / 100) });
      const young = at(age * 0.99);
      assert.equal(young.verdict, "skipped", `a token younger than ${age} s is ${young.verdict} instead of skipped`);
      const old = at(age * 1.01);
      assert.equal(old.verdict, "due", `a token older than ${age} s, about to end, is ${old.verdict} instead of due`);
    },
    withoutMinimumAge,
  ),

  refresherCase(
    "an ended credential needs a human, and is never due",
    (subject) => {
      const renewsAccess = subject.create().traits.presents === "access-token";
      for (const seconds of [1, 3600, 10 * day, 400 * day]) {
        const end = after(-seconds);
        const start = after(-seconds - 60 * day);
        const ended = renewsAccess ? { accessTokenExpiresAt: end } : { refreshTokenExpiresAt: end };
        for (const more of [
          {},
          { accessTokenExpiresAt: end },
          { rotatedAt: start, lastUsedAt: start, consentedAt: start },
        ]) {
          const { verdict } = assess(subject, { ...more, ...ended });
          const which = renewsAccess ? "access token" : "refresh token";
          assert.equal(verdict, "reauth-required", `its ${which} ended ${seconds} s ago, and it is ${verdict}`);
        }
      }
    },
    withoutExchange,
  ),

  refresherCase("without a token to present, only a human can renew", (subject) => {
    const presents = subject.create().traits.presents ?? "refresh-token";
    const none = presents === "access-token" ? { accessToken: undefined } : { refreshToken: undefined };
    for (const seconds of [-day, day, 60 * day]) {
      const { verdict } = assess(subject, {
        ...none,
        rotatedAt: after(-90 * day),
        accessTokenExpiresAt: after(seconds),
      });
      assert.notEqual(verdict, "due", `it is due although no ${presents} is stored`);
      if (seconds < 0) assert.equal(verdict, "reauth-required", `nothing usable is stored, and it is ${verdict}`);
    }
    const nothing = assess(subject, { accessToken: undefined, refreshToken: undefined });
    assert.equal(nothing.verdict, "reauth-required", `no token is stored at all, and it is ${nothing.verdict}`);
  }),

  refresherCase(
    "where only a human can renew, it counts down and alerts in time",
    (subject) => {
      const left = (days: number): Assessment =>
        assess(subject, { refreshToken: undefined, rotatedAt: after(-day), accessTokenExpiresAt: after(days * day) });
      assert.notEqual(left(40).alert, true, "it alerts 40 days before the end, not 14");
      assert.equal(left(9).alert, true, "9 days before the end nobody is told, although only a human can renew it");
      const { reauthBy } = left(9);
      assert.equal(reauthBy?.getTime(), after(9 * day).getTime(), "it does not say by which day a human must consent");
    },
    ({ create }) => (create().traits.presents === "access-token" ? "it renews its access token by itself" : undefined),
  ),

  refresherCase(
    "a refresh token that dies from not being used is used in time",
    (subject) => {
      const limit = subject.create().traits.idleLimitDays ?? 0;
      const used = after(-0.9 * limit * day);
      // The access token is fresh: somebody pasted it, or the platform's last long for ever.
      const facts = {
        lastUsedAt: used,
        consentedAt: used,
        rotatedAt: used,
        accessTokenExpiresAt: after(100 * limit * day),
      };
      const { verdict, reauthBy } = assess(subject, facts);
      assert.equal(verdict, "due", `after 90 % of its ${limit} days unused it is ${verdict} instead of due`);
      const latest = after(0.1 * limit * day).getTime();
      const inTime = reauthBy !== undefined && reauthBy.getTime() <= latest;
      assert.ok(inTime, "it does not say by which day the unused refresh token is dead");
    },
    (subject) =>
      withoutExchange(subject) ??
      (subject.create().traits.idleLimitDays === undefined || subject.create().traits.presents === "access-token"
        ? "its token does not die from not being used"
        : undefined),
  ),

  refresherCase("an assessment says why, with possible dates and without secrets", (subject) => {
    for (const grant of assessable(subject)) {
      const assessment = assess(subject, grant);
      assert.ok(assessment.reason.trim() !== "", `the verdict ${assessment.verdict} comes without a reason`);
      assert.doesNotMatch(assessment.reason, /Invalid Date|NaN|undefined/, `a reason is broken: ${assessment.reason}`);
      const date = assessment.reauthBy;
      assert.ok(date === undefined || !Number.isNaN(date.getTime()), "an assessment gave an invalid date");
      assertNothingSecret(assessment, "an assessment");
    }
  }),

  refresherCase(
    "where the token alone is enough, a request needs no client and carries none",
    async (subject) => {
      const without = await exchangerOf(subject).request(grantOf(subject), { id: "", secrets: [] });
      assert.ok(secretsIn(without).length > 0, "without a client, the request carries no token");
      const client = clientOf(subject);
      const request = await requestOf(subject);
      const texts = JSON.stringify(request);
      assert.ok(
        client.id === "" || !texts.includes(client.id),
        "client is `none`, but the request carries the client's id",
      );
      const secrets = secretsIn(request);
      const carried = client.secrets.some((secret) => secrets.includes(secret.reveal()));
      assert.ok(!carried, "client is `none`, but the request carries the client's secret");
    },
    (subject) => withoutExchange(subject) ?? (subject.create().client === "none" ? undefined : "it needs a client"),
  ),

  refresherCase(
    "without the client that it needs, a request is refused before anything is sent",
    async (subject) => {
      const { id } = clientOf(subject);
      await assertRefusedRequest(subject, grantOf(subject), { id: "", secrets: [] }, "without a client");
      if (subject.create().client !== "confidential") return;
      await assertRefusedRequest(subject, grantOf(subject), { id, secrets: [] }, "without a client secret");
    },
    (subject) => withoutExchange(subject) ?? (subject.create().client === "none" ? "it needs no client" : undefined),
  ),

  refresherCase(
    "without a token, a request is refused before anything is sent",
    async (subject) => {
      const presents = subject.create().traits.presents ?? "refresh-token";
      const grants: readonly Grant[] = [
        grantOf(subject, { accessToken: undefined, refreshToken: undefined }),
        grantOf(subject, presents === "access-token" ? { accessToken: undefined } : { refreshToken: undefined }),
      ];
      for (const grant of grants)
        await assertRefusedRequest(subject, grant, clientOf(subject), `without a ${presents}`);
    },
    withoutExchange,
  ),
];

function withoutMinimumAge(subject: RefresherSubject): string | undefined {
  if (withoutExchange(subject) !== undefined) return withoutExchange(subject);
  return subject.create().traits.minimumAgeSeconds === undefined ? "its token may be exchanged at any age" : undefined;
}

function assess(subject: RefresherSubject, changes: Partial<Grant>): Assessment {
  const refresher = subject.create();
  const policy = { traits: refresher.traits, refreshAt: 0.8, alertBeforeDays: 14 };
  return refresher.assess(grantOf(subject, changes), now, policy);
}

/** Every combination of a few facts, also of impossible ones: a store was edited by hand, or a clock was wrong. */
function assessable(subject: RefresherSubject): readonly Partial<Grant>[] {
  const { accessToken, refreshToken } = grantOf(subject);
  const times = [undefined, after(-40 * day), after(-60), after(9 * day), after(300 * day)];
  const grants: Partial<Grant>[] = [];
  for (const access of [undefined, accessToken]) {
    for (const refresh of [undefined, refreshToken]) {
      for (const accessTokenExpiresAt of times) {
        for (const refreshTokenExpiresAt of times) {
          for (const moment of [undefined, after(-50 * day), after(-day), after(5 * day)]) {
            const facts = { accessTokenExpiresAt, refreshTokenExpiresAt, rotatedAt: moment, lastUsedAt: moment };
            grants.push({ accessToken: access, refreshToken: refresh, ...facts, consentedAt: moment });
          }
        }
      }
    }
  }
  return grants;
}

async function assertRefusedRequest(
  subject: RefresherSubject,
  grant: Grant,
  client: Client,
  circumstance: string,
): Promise<void> {
  let thrown: unknown;
  try {
    await exchangerOf(subject).request(grant, client);
  } catch (error) {
    thrown = error;
  }
  assert.ok(thrown !== undefined, `a request was made ${circumstance}`);
  const right = TokenwardError.is(thrown) && thrown.code === "ERR_AUTH_REQUEST_INVALID" && thrown.class === "client";
  assert.ok(right, `what is thrown ${circumstance} is not ERR_AUTH_REQUEST_INVALID of class client`);
  assertNothingSecret(thrown, `the error ${circumstance}`);
}
