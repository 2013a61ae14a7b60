import assert from "node:assert/strict";
import type { AssessPolicy, Grant, HttpAnswer, Refresher } from "@tokenward/core/plugin";
import { malformedAnswers } from "../malformed-answers.ts";
import { contentOf, frozen } from "./frozen.ts";
import {
  after,
  answerOf,
  answerOfFixture,
  clientOf,
  exchangerOf,
  grantOf,
  now,
  refresherCase,
  withoutExchange,
  type RefresherCase,
  type RefresherSubject,
} from "./subject.ts";
import { watching, type Watched } from "./watching.ts";

interface Call {
  readonly name: string;
  readonly inputs: readonly unknown[];
  readonly run: () => unknown;
}

/** Nothing but its inputs decides what a refresher says. */
export const purityCases: readonly RefresherCase[] = [
  refresherCase("making a refresher connects nowhere", async ({ create }) => {
    const { usedNetwork } = await watching(create);
    assert.deepEqual(usedNetwork, [], "it touched the network while it was made");
  }),

  refresherCase("assess, request and interpret say the same when they are asked again", async (subject) => {
    const refresher = subject.create();
    // Asked with the same again, not with what the first time may have left of it.
    const again = callsOf(subject, refresher);
    for (const [index, { name, run }] of callsOf(subject, refresher).entries()) {
      const first = contentOf(await run());
      const second = contentOf(await again[index]?.run());
      assert.deepEqual(second, first, `${name} said something else the second time`);
    }
  }),

  refresherCase("assess, request and interpret change nothing of what they are given", async (subject) => {
    for (const { name, inputs, run } of callsOf(subject)) {
      const before = contentOf(inputs);
      for (const input of inputs) frozen(input);
      try {
        await run();
      } catch (error) {
        assert.fail(`${name} did not work on frozen inputs: ${error instanceof Error ? error.message : "it threw"}`);
      }
      assert.deepEqual(contentOf(inputs), before, `${name} changed what it was given`);
    }
  }),

  refresherCase("assess, request and interpret never read the clock", async (subject) => {
    for (const { name, readClock } of await watched(subject)) {
      assert.deepEqual(readClock, [], `${name} read the clock (${readClock[0]}) instead of using its \`now\``);
    }
  }),

  refresherCase("assess, request and interpret never touch the network", async (subject) => {
    for (const { name, usedNetwork } of await watched(subject)) {
      assert.deepEqual(usedNetwork, [], `${name} touched the network (${usedNetwork[0]})`);
    }
  }),

  refresherCase(
    "interpret depends on the `now` it is given",
    (subject) => {
      const fixture = subject.fixtures.find(
        ({ expect }) => expect.kind === "exchanged" && typeof expect.expiresIn === "number",
      );
      const answer = fixture === undefined ? answerOf({ body: plain }) : answerOfFixture(subject, fixture);
      const read = (at: Date): number | undefined => {
        const reading = exchangerOf(subject).interpret(answer, grantOf(subject), at);
        return reading.kind === "exchanged" ? reading.accessTokenExpiresAt?.getTime() : undefined;
      };
      const [early, late] = [read(now), read(after(1000))];
      if (early === undefined && late === undefined) return;
      assert.equal((late ?? 0) - (early ?? 0), 1_000_000, "the end of the access token does not follow `now`");
    },
    withoutExchange,
  ),
];

const plain = '{"access_token":"{{access_token}}","refresh_token":"{{refresh_token}}","expires_in":3600}';

async function watched(subject: RefresherSubject): Promise<readonly (Watched<unknown> & { readonly name: string })[]> {
  const seen = [];
  for (const { name, run } of callsOf(subject)) {
    try {
      seen.push({ name, ...(await watching(run)) });
    } catch (error) {
      assert.fail(`${name} threw: ${error instanceof Error ? error.message : "something"}`);
    }
  }
  return seen;
}

function callsOf(subject: RefresherSubject, refresher: Refresher = subject.create()): readonly Call[] {
  const policy: AssessPolicy = { traits: refresher.traits, refreshAt: 0.8, alertBeforeDays: 14 };
  const calls: Call[] = grantsOf(subject).map((grant) => ({
    name: "assess",
    inputs: [grant, policy],
    run: () => refresher.assess(grant, now, policy),
  }));
  const { request, interpret } = refresher;
  if (request === undefined || interpret === undefined) return calls;
  const grant = grantOf(subject);
  const client = clientOf(subject);
  calls.push({ name: "request", inputs: [grant, client], run: () => refresher.request?.(grant, client) });
  for (const { name, answer } of answersOf(subject)) {
    const inputs = [grant, answer];
    calls.push({ name: `interpret, of ${name},`, inputs, run: () => refresher.interpret?.(answer, grant, now) });
  }
  return calls;
}

/** Grants in the states that an assessment tells apart. */
function grantsOf(subject: RefresherSubject): readonly Grant[] {
  return [
    grantOf(subject),
    grantOf(subject, { rotatedAt: after(-3600), accessTokenExpiresAt: after(60) }),
    grantOf(subject, { rotatedAt: after(-60), accessTokenExpiresAt: after(3600), lastUsedAt: after(-60) }),
    grantOf(subject, { accessTokenExpiresAt: after(-60), refreshTokenExpiresAt: after(-60) }),
    grantOf(subject, { refreshToken: undefined, accessTokenExpiresAt: after(9 * 86_400) }),
  ];
}

function answersOf(subject: RefresherSubject): readonly { readonly name: string; readonly answer: HttpAnswer }[] {
  const own = subject.fixtures.map((fixture) => ({ name: fixture.name, answer: answerOfFixture(subject, fixture) }));
  // Every fifth: the readers that they need are the same.
  const odd = malformedAnswers
    .filter((_, index) => index % 5 === 0)
    .map(({ name, template }) => ({ name: `the answer "${name}"`, answer: answerOf(template) }));
  return [...own, ...odd];
}
