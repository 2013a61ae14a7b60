import assert from "node:assert/strict";
import type { Exchanged, Refresher, Refused } from "@tokenward/core/plugin";
import { malformedAnswers, type MalformedAnswer } from "../malformed-answers.ts";
import { damaged } from "./damage.ts";
import { rephrased } from "./rephrase.ts";
import {
  answerOf,
  answerOfFixture,
  freshTokens,
  grantOf,
  inWords,
  readingOf,
  refresherCase,
  withoutExchange,
  type RefresherCase,
  type RefresherSubject,
} from "./subject.ts";

/** A token in an answer is the only copy there is. */
export const lossCases: readonly RefresherCase[] = [
  refresherCase(
    "no answer of the malformed corpus loses a token",
    (subject) => {
      for (const malformed of corpus(subject)) {
        const reading = readingOf(subject, answerOf(malformed.template), `"${malformed.name}"`);
        assertKept(subject.create(), malformed, reading);
      }
    },
    withoutExchange,
  ),

  refresherCase(
    "a half-readable answer is complained about, a readable one is not",
    (subject) => {
      const { traits } = subject.create();
      for (const { name, template, expect } of corpus(subject)) {
        // What is odd about a refresh token is odd only where one is expected, and how one is missed is the platform's.
        if (traits.presents === "access-token" || traits.rotation === "never") continue;
        const reading = readingOf(subject, answerOf(template), `"${name}"`);
        if (reading.kind === "refused" || expect.refused !== undefined) continue;
        const missed = reading.refreshToken === undefined;
        if (expect.complaint) assert.ok(reading.malformed, `"${name}" is odd, and nobody would hear of it`);
        else if (!missed) assert.equal(reading.malformed, undefined, `"${name}" is right, but was complained about`);
      }
    },
    withoutExchange,
  ),

  refresherCase(
    "an answer that breaks off anywhere gives whole tokens, or is in doubt",
    (subject) => {
      for (const fixture of subject.fixtures) {
        if (fixture.expect.kind !== "exchanged" || fixture.answer.encoding !== undefined) continue;
        const whole = answerOfFixture(subject, fixture);
        for (let length = 0; length < whole.body.length; length += 1) {
          const name = `the first ${length} bytes of "${fixture.name}"`;
          const body = whole.body.subarray(0, length);
          const reading = readingOf(subject, { ...whole, body, truncated: true }, name);
          assertWholeTokens(reading, name);
          assertCutKept(subject.create(), Buffer.from(body).toString("utf8"), reading, name, fixture.expect);
        }
      }
    },
    withoutExchange,
  ),

  refresherCase(
    "an answer that comes in another form says the same",
    (subject) => {
      const own = subject.fixtures.map((fixture) => ({
        name: fixture.name,
        answer: answerOfFixture(subject, fixture),
      }));
      const readings = new Map(own.map(({ name, answer }) => [name, readingOf(subject, answer, `"${name}"`)]));
      for (const { name, answer } of rephrased(own, subject.seed ?? 1)) {
        const plain = readings.get(name.slice(1, name.indexOf('" in other form')));
        const reading = readingOf(subject, answer, name);
        if (plain?.kind === "refused") {
          const same = reading.kind === "refused" && reading.class === plain.class && reading.error === plain.error;
          assert.ok(same, `${name} is ${inWords(plain)}, but was read as ${inWords(reading)}`);
        } else if (plain !== undefined) {
          for (const kind of ["access", "refresh"] as const) {
            const wanted = plain[`${kind}Token`]?.reveal();
            if (wanted !== undefined) assertToken(reading, kind, wanted, name.replaceAll('"', "'"));
          }
        }
      }
    },
    withoutExchange,
  ),

  refresherCase(
    "no damage makes interpret throw, make up a token or a date",
    (subject) => {
      const answers = [
        ...subject.fixtures.map((fixture) => ({ name: fixture.name, answer: answerOfFixture(subject, fixture) })),
        ...malformedAnswers.map(({ name, template }) => ({ name, answer: answerOf(template) })),
      ];
      for (const { name, answer } of damaged(answers, subject.seed ?? 1)) {
        assertSane(readingOf(subject, answer, name), name);
        const { id, platform } = grantOf(subject);
        assertSane(readingOf(subject, answer, name, { id, platform }), name);
      }
    },
    withoutExchange,
  ),

  refresherCase(
    "what an answer does not say is left as it is stored",
    (subject) => {
      for (const { name, template, expect } of corpus(subject)) {
        const reading = readingOf(subject, answerOf(template), `"${name}"`);
        if (reading.kind === "refused") continue;
        for (const token of [reading.accessToken, reading.refreshToken]) {
          assert.notEqual(token?.reveal().trim(), "", `"${name}" would replace a stored token by an empty one`);
        }
        if (expect.refreshToken === "unchanged" && reading.refreshToken !== undefined) {
          assert.fail(`"${name}" holds no refresh token, but one was read: the stored one would be replaced`);
        }
        assert.notEqual(reading.scopes?.length, 0, `"${name}" would wipe the stored scopes`);
      }
    },
    withoutExchange,
  ),

  refresherCase(
    "no answer of the malformed corpus makes an invalid date",
    (subject) => {
      for (const { name, template, expect } of corpus(subject)) {
        const reading = readingOf(subject, answerOf(template), `"${name}"`);
        if (reading.kind === "refused") continue;
        assertDates(reading, `"${name}"`);
        if (expect.lifetime === "unknown" && expect.accessToken === "saved") {
          const end = reading.accessTokenExpiresAt;
          assert.equal(end, undefined, `"${name}" states no believable lifetime, but one was read`);
        }
      }
    },
    withoutExchange,
  ),
];

function corpus({ tolerate = {} }: RefresherSubject): readonly MalformedAnswer[] {
  return malformedAnswers.filter(({ name }) => !Object.hasOwn(tolerate, name));
}

function assertKept(refresher: Refresher, malformed: MalformedAnswer, reading: Exchanged | Refused): void {
  const { name, expect } = malformed;
  const { traits } = refresher;
  const access = expect.intact === "access-token" ? "saved" : expect.accessToken;
  if (traits.presents === "access-token") {
    // The access token is all there is to lose.
    const wanted = access === "saved" ? freshTokens.access_token : undefined;
    if (wanted === undefined) assertInDoubt(reading, name);
    else assertToken(reading, "access", wanted, name);
    return;
  }
  if (traits.rotation === "never") {
    // Its stored refresh token stays good, so an answer in doubt costs nothing but a second request.
    if (reading.kind === "exchanged" && access === "saved") {
      assertToken(reading, "access", freshTokens.access_token, name);
    } else if (expect.accessToken === "saved" && !expect.complaint) {
      assert.fail(`"${name}" holds a good access token, but was read as ${inWords(reading)}`);
    }
    return;
  }
  if (expect.refused !== undefined) assertInDoubt(reading, name);
  if (expect.refreshToken === "saved") assertToken(reading, "refresh", freshTokens.refresh_token, name);
  if (expect.accessToken === "saved") assertToken(reading, "access", freshTokens.access_token, name);
}

function assertInDoubt(reading: Exchanged | Refused, name: string): void {
  const inDoubt = reading.kind === "refused" && reading.class === "in-doubt";
  assert.ok(inDoubt, `"${name}" leaves in doubt what became of the token, but was read as ${inWords(reading)}`);
}

function assertToken(reading: Exchanged | Refused, kind: "access" | "refresh", wanted: string, name: string): void {
  const token = reading.kind === "refused" ? undefined : reading[`${kind}Token`];
  if (token?.reveal() === wanted) return;
  const instead = token === undefined ? inWords(reading) : "another one";
  assert.fail(`"${name}" holds a new ${kind} token, and it was lost: it was read as ${instead}`);
}

/** Half a token looks like a whole one, and would be saved in the place of the good one. */
function assertWholeTokens(reading: Exchanged | Refused, name: string): void {
  if (reading.kind === "refused") return;
  const { accessToken, refreshToken } = reading;
  const whole =
    [undefined, freshTokens.access_token].includes(accessToken?.reveal()) &&
    [undefined, freshTokens.refresh_token].includes(refreshToken?.reveal());
  assert.ok(whole, `${name} give half a token for a whole one`);
}

function assertCutKept(
  { traits }: Refresher,
  text: string,
  reading: Exchanged | Refused,
  name: string,
  expect: { readonly refreshToken: "new" | "absent" },
): void {
  const has = (token: string): boolean => text.includes(`"${token}"`);
  const renewsAccess = traits.presents === "access-token";
  const wanted = renewsAccess ? freshTokens.access_token : freshTokens.refresh_token;
  if (has(wanted)) assertToken(reading, renewsAccess ? "access" : "refresh", wanted, name.replaceAll('"', "'"));
  if (renewsAccess || traits.rotation === "never" || expect.refreshToken === "absent") return;
  const missed = reading.kind === "exchanged" && reading.refreshToken === undefined;
  assert.ok(!missed, `${name} lost the new refresh token, but count as an exchange that brought none`);
}

function assertSane(reading: Exchanged | Refused, name: string): void {
  if (reading.kind === "refused") {
    assert.notEqual(reading.detail, "", `${name} was refused without a word`);
    return;
  }
  const { accessToken, refreshToken } = reading;
  assert.ok(accessToken ?? refreshToken, `${name} counts as an exchange, although no token was found in it`);
  for (const token of [accessToken, refreshToken]) {
    const text = token?.reveal();
    const possible = text === undefined || (text !== "" && !/[\p{C}\uFFFD]/u.test(text));
    assert.ok(possible, `${name} gave a token that no platform issues`);
  }
  assertDates(reading, name);
}

function assertDates({ accessTokenExpiresAt, refreshTokenExpiresAt }: Exchanged, name: string): void {
  for (const date of [accessTokenExpiresAt, refreshTokenExpiresAt]) {
    const valid = date === undefined || (date instanceof Date && !Number.isNaN(date.getTime()));
    assert.ok(valid, `${name} gave an invalid date`);
  }
}
