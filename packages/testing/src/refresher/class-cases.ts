import assert from "node:assert/strict";
import type { Exchanged, Refused, Secret } from "@tokenward/core/plugin";
import type { ExpectedReading, FixtureSituation, RefresherFixture } from "./fixture.ts";
import {
  answerOf,
  answerOfFixture,
  freshTokens,
  grantOf,
  inWords,
  mandatorySituations,
  now,
  readingOf,
  refresherCase,
  withoutExchange,
  type RefresherCase,
} from "./subject.ts";

const classesOf: Readonly<Partial<Record<FixtureSituation, readonly Refused["class"][]>>> = {
  "dead-token": ["reauth"],
  "wrong-client": ["client"],
  throttled: ["throttled"],
  "server-error": ["transient", "in-doubt"],
  "too-early": ["too-early"],
};

const html = "<!doctype html><html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>";

/** What can be said of an answer before anybody knows the platform. */
const everywhere: readonly {
  readonly name: string;
  readonly answer: RefresherFixture["answer"];
  readonly is: Refused["class"];
}[] = [
  { name: "an HTML page with 200", answer: { status: 200, contentType: "text/html", body: html }, is: "in-doubt" },
  { name: "an HTML page with 500", answer: { status: 500, contentType: "text/html", body: html }, is: "in-doubt" },
  { name: "an empty answer with 200", answer: { status: 200, body: "" }, is: "in-doubt" },
  { name: "an empty answer with 500", answer: { status: 500, body: "" }, is: "in-doubt" },
  { name: "a bare 502", answer: { status: 502, body: "" }, is: "in-doubt" },
  { name: "a 502 with a page", answer: { status: 502, contentType: "text/html", body: html }, is: "in-doubt" },
  { name: "a 504 with a page", answer: { status: 504, contentType: "text/html", body: html }, is: "in-doubt" },
  { name: "a bare 429", answer: { status: 429, body: "" }, is: "throttled" },
  { name: "a 429 with a page", answer: { status: 429, contentType: "text/html", body: html }, is: "throttled" },
  {
    name: "a 503 with Retry-After",
    answer: { status: 503, headers: { "retry-after": "7" }, body: "" },
    is: "transient",
  },
];

/** What went wrong decides who must do something about it. */
export const classCases: readonly RefresherCase[] = [
  refresherCase(
    "every mandatory situation has a fixture",
    ({ fixtures, without = {} }) => {
      const there = new Set(fixtures.map(({ situation }) => situation));
      const missing = mandatorySituations.filter(
        (situation) => !there.has(situation) && without[situation] === undefined,
      );
      assert.deepEqual(
        missing,
        [],
        `there is no fixture for ${missing.join(", ")}: add one, or say why in \`without\``,
      );
      const names = fixtures.map(({ name }) => name);
      const twice = names.filter((name, index) => names.indexOf(name) !== index);
      assert.deepEqual(twice, [], `two fixtures are called "${twice[0]}"`);
      for (const { name, source, expect, answer, situation } of fixtures) {
        assert.ok(source.trim() !== "", `the fixture "${name}" does not say where its shape comes from`);
        const template = answer.body ?? "";
        if (expect.kind === "exchanged" && expect.accessToken === "new") {
          assert.match(template, /\{\{access_token[|}]/, `the fixture "${name}" has no place for its access token`);
        }
        if (expect.kind === "exchanged" && expect.refreshToken === "new") {
          assert.match(template, /\{\{refresh_token[|}]/, `the fixture "${name}" has no place for its refresh token`);
        }
        if (situation === "success") {
          assert.equal(expect.kind, "exchanged", `the fixture "${name}" is called a success, but expects a refusal`);
        }
        const allowed = classesOf[situation];
        if (allowed !== undefined) {
          const stated = expect.kind === "refused" ? expect.class : "exchanged";
          const fits = (allowed as readonly string[]).includes(stated);
          assert.ok(
            fits,
            `the fixture "${name}" is a ${situation}, which is ${allowed.join(" or ")} and not ${stated}`,
          );
        }
      }
    },
    withoutExchange,
  ),

  refresherCase(
    "every fixture is read as it should be",
    (subject) => {
      for (const fixture of subject.fixtures) {
        const reading = readingOf(subject, answerOfFixture(subject, fixture), `"${fixture.name}"`);
        if (fixture.expect.kind === "refused") assertRefused(reading, fixture.expect, fixture.name);
        else assertExchanged(reading, fixture.expect, fixture.name);
      }
    },
    withoutExchange,
  ),

  refresherCase(
    "answers that say nothing about the token are in doubt, throttled or transient",
    (subject) => {
      for (const { name, answer, is } of everywhere) {
        const reading = readingOf(subject, answerOf(answer), name);
        const right = reading.kind === "refused" && reading.class === is;
        assert.ok(right, `${name} is ${is}, but was read as ${inWords(reading)}`);
      }
    },
    withoutExchange,
  ),

  refresherCase(
    "a refusal that echoes the old token is no exchange",
    (subject) => {
      const { accessToken, refreshToken } = grantOf(subject);
      const echo = { access_token: accessToken?.reveal(), refresh_token: refreshToken?.reveal() };
      for (const fixture of subject.fixtures) {
        const body = objectOf(fixture.answer.body);
        if (fixture.expect.kind !== "refused" || fixture.expect.class === "in-doubt" || body === undefined) continue;
        const answer = answerOf({ ...fixture.answer, body: JSON.stringify({ ...body, ...echo }) });
        const plain = readingOf(subject, answerOfFixture(subject, fixture), `"${fixture.name}"`);
        const reading = readingOf(subject, answer, `"${fixture.name}" with the old tokens in it`);
        const same = reading.kind === "refused" && plain.kind === "refused" && reading.class === plain.class;
        assert.ok(same, `"${fixture.name}" with the old tokens in it is ${inWords(plain)}, not ${inWords(reading)}`);
      }
    },
    withoutExchange,
  ),

  refresherCase(
    "every refusal tells a human what happened, in one sentence",
    (subject) => {
      for (const fixture of subject.fixtures) {
        const reading = readingOf(subject, answerOfFixture(subject, fixture), `"${fixture.name}"`);
        if (reading.kind === "exchanged") continue;
        assert.ok(reading.detail.trim().length > 8, `"${fixture.name}" is refused without a detail`);
        assert.doesNotMatch(reading.detail, /[\r\n]/, `the detail of "${fixture.name}" has more than one line`);
      }
    },
    withoutExchange,
  ),
];

function objectOf(body: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body ?? "");
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    return value as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

function assertRefused(
  reading: Exchanged | Refused,
  expect: Extract<ExpectedReading, { kind: "refused" }>,
  name: string,
): void {
  const right = reading.kind === "refused" && reading.class === expect.class;
  assert.ok(right, `"${name}" should be a refusal of class ${expect.class}, but was read as ${inWords(reading)}`);
  if (expect.error !== undefined) assert.equal(reading.error, expect.error, `the error code of "${name}" was misread`);
  if (expect.reference !== undefined) {
    assert.equal(reading.reference, expect.reference, `the reference of "${name}" was misread`);
  }
}

function assertExchanged(
  reading: Exchanged | Refused,
  expect: Extract<ExpectedReading, { kind: "exchanged" }>,
  name: string,
): void {
  if (reading.kind === "refused") {
    assert.fail(`"${name}" should be an exchange, but was read as ${inWords(reading)}: ${reading.detail}`);
  }
  for (const kind of ["access", "refresh"] as const) {
    const token: Secret | undefined = reading[`${kind}Token`];
    if (expect[`${kind}Token`] === "absent") {
      assert.equal(token, undefined, `"${name}" holds no ${kind} token, but one was read`);
    } else {
      const is = token?.reveal() === freshTokens[`${kind}_token`];
      assert.ok(is, `the new ${kind} token of "${name}" was not read`);
    }
  }
  const complaint = reading.malformed ?? "";
  if (expect.malformed === true) assert.notEqual(complaint, "", `"${name}" is malformed, and nobody would hear of it`);
  else assert.equal(complaint, "", `"${name}" is right, but was complained about: ${complaint}`);
  assertEnd(reading.accessTokenExpiresAt, expect.expiresIn, `the lifetime of the access token of "${name}"`);
  assertEnd(
    reading.refreshTokenExpiresAt,
    expect.refreshTokenExpiresIn,
    `the lifetime of the refresh token of "${name}"`,
  );
  if (expect.scopes !== undefined)
    assert.deepEqual(reading.scopes, expect.scopes, `the scopes of "${name}" were misread`);
  if (expect.attributes !== undefined) {
    assert.deepEqual(reading.attributes, expect.attributes, `the attributes of "${name}" were misread`);
  }
}

function assertEnd(end: Date | undefined, seconds: number | "unknown" | undefined, what: string): void {
  if (seconds === undefined) return;
  const found = end === undefined ? "unknown" : Math.round((end.getTime() - now.getTime()) / 1000);
  assert.equal(found, seconds, `${what} was misread`);
}
