import assert from "node:assert/strict";
import { secret, type Exchanged, type HttpAnswer, type Refused } from "@tokenward/core/plugin";
import type { AnswerTemplate } from "../render-answer.ts";
import { malformedAnswers } from "../malformed-answers.ts";
import { assertNothingSecret } from "./leaks.ts";
import {
  answerOf,
  answerOfFixture,
  clientOf,
  grantOf,
  readingOf,
  refresherCase,
  requestOf,
  storedSecretTexts,
  withoutExchange,
  type RefresherCase,
  type RefresherSubject,
} from "./subject.ts";

/** A secret is shown to nobody but the platform. */
export const secretCases: readonly RefresherCase[] = [
  refresherCase(
    "a request shows no secret until it is sent",
    async (subject) => {
      assertNothingSecret(await requestOf(subject), "the request");
    },
    withoutExchange,
  ),

  refresherCase(
    "a request that has a body puts no secret into the address",
    async (subject) => {
      const { url, query, body } = await requestOf(subject);
      assertNothingSecret(url, "the address of the request");
      if (body === undefined) return;
      for (const [name, value] of Object.entries(query ?? {})) {
        assert.equal(
          typeof value,
          "string",
          `the secret ${name} stands in the address, although the request has a body`,
        );
      }
    },
    withoutExchange,
  ),

  refresherCase(
    "a reading shows no secret, whatever the answer was",
    (subject) => {
      for (const { name, answer } of answersOf(subject)) {
        assertNothingSecret(readingOf(subject, answer, name), `the reading of ${name}`);
      }
    },
    withoutExchange,
  ),

  refresherCase(
    "a refusal repeats nothing secret that the platform echoed",
    (subject) => {
      // Known to the whole process, as they are once they were read from the store.
      grantOf(subject);
      for (const text of storedSecretTexts) secret(text);
      for (const { name, answer } of echoes(subject)) {
        const reading = readingOf(subject, answer, name);
        if (reading.kind === "refused") assertNothingSecret(reading, `the refusal of ${name}`, storedSecretTexts);
        else assertNothingSecret(reading.malformed ?? "", `the complaint about ${name}`, storedSecretTexts);
        assertNothingSecret(attributesOf(reading), `an attribute of ${name}`, storedSecretTexts);
      }
    },
    withoutExchange,
  ),

  refresherCase(
    "requests for a first token and for the end of a grant show no secret either",
    (subject) => {
      const { authorization, revocation } = subject.create();
      const client = clientOf(subject);
      if (authorization !== undefined && authorization.flow === "code") {
        const code = { code: secret("code-under~test5.F"), redirectUri: "http://127.0.0.1:4000/" };
        const request = attempt(() => authorization.codeRequest(code, client));
        assertNothingSecret(request, "the request with a code");
        const shown = JSON.stringify(request);
        assert.ok(!shown.includes("code-under~test5.F"), "the request with a code shows the code");
      }
      if (revocation !== undefined) {
        assertNothingSecret(
          attempt(() => revocation.request(grantOf(subject), client)),
          "the request that revokes",
        );
      }
    },
    ({ create }) => {
      const { authorization, revocation } = create();
      return authorization === undefined && revocation === undefined ? "it has neither" : undefined;
    },
  ),
];

function attempt(make: () => unknown): unknown {
  try {
    return make();
  } catch (error) {
    return error;
  }
}

function attributesOf(reading: Exchanged | Refused): unknown {
  return reading.kind === "exchanged" ? reading.attributes : undefined;
}

interface NamedAnswer {
  readonly name: string;
  readonly answer: HttpAnswer;
}

function answersOf(subject: RefresherSubject): readonly NamedAnswer[] {
  return [
    ...subject.fixtures.map((fixture) => ({ name: `"${fixture.name}"`, answer: answerOfFixture(subject, fixture) })),
    ...malformedAnswers.map(({ name, template }) => ({ name: `"${name}"`, answer: answerOf(template) })),
  ];
}

/** Answers that quote what was sent, in the fields that platforms are known to quote in, and in those of the fixtures. */
function echoes(subject: RefresherSubject): readonly NamedAnswer[] {
  const found: NamedAnswer[] = [];
  const add = (name: string, template: AnswerTemplate): number => found.push({ name, answer: answerOf(template) });
  for (const text of storedSecretTexts) {
    const quoted = `the token ${text} is not valid`;
    for (const status of [200, 400, 401, 500]) {
      const bodies: readonly unknown[] = [
        { error: "invalid_grant", error_description: quoted, log_id: text, request_id: text },
        { error: text, error_description: quoted },
        { error: { message: quoted, type: "OAuthException", code: 190, error_subcode: 463, fbtrace_id: text } },
        { code: text, message: quoted, moreInfo: `https://example.com/?token=${text}` },
        { status: text, message: quoted, correlationId: text },
        { ok: false, error: text },
      ];
      for (const body of bodies)
        add(`an answer with status ${status} that quotes a secret`, { status, body: JSON.stringify(body) });
      add(`a page with status ${status} that quotes a secret`, {
        status,
        contentType: "text/html",
        body: `<html>${quoted}`,
      });
    }
    for (const { name, answer } of subject.fixtures) {
      const quoting = everyText(answer.body, text);
      if (quoting !== undefined) add(`"${name}" with a secret in every text`, { ...answer, body: quoting });
    }
  }
  return found;
}

/** A JSON body with one text in the place of every text that is neither a token's place nor an error code. */
function everyText(body: string | undefined, text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(body ?? "");
    return JSON.stringify(value, (key, member: unknown) => {
      const kept = typeof member !== "string" || member.includes("{{") || key === "error" || key === "code";
      return kept ? member : text;
    });
  } catch {
    return undefined;
  }
}
