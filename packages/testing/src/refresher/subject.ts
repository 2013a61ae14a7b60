import assert from "node:assert/strict";
import type { Client, Exchanged, Grant, HttpAnswer, HttpRequest, Refresher, Refused } from "@tokenward/core/plugin";
import { secret } from "@tokenward/core/plugin";
import { renderAnswer, type AnswerTemplate, type AnswerTokens } from "../render-answer.ts";
import type { FixtureSituation, RefresherFixture } from "./fixture.ts";

/** What the suite needs to know of a refresher under test. */
export interface RefresherSubject {
  /** Makes the refresher. Called often; it must be cheap. */
  readonly create: () => Refresher;
  /** Answers of its token endpoint, at least one of each of {@link mandatorySituations}. */
  readonly fixtures: readonly RefresherFixture[];
  /** The OAuth app. Default: an id and one secret. */
  readonly client?: Client | undefined;
  /** What a grant of this platform has beside its two tokens: an account or attributes that its address needs. */
  readonly grant?: Partial<Grant> | undefined;
  /** What `{{scope}}` is filled with is joined by this. Default: a space. */
  readonly scopeSeparator?: string | undefined;
  /** Situations that cannot occur on this platform, and why: one that knows no client cannot be told a wrong one. */
  readonly without?: Readonly<Partial<Record<FixtureSituation, string>>> | undefined;
  /** Answers of the malformed corpus that this platform rightly reads in another way, by name, and why. */
  readonly tolerate?: Readonly<Record<string, string>> | undefined;
  /** Decides which damaged answers are tried. Default 1. */
  readonly seed?: number | undefined;
}

/** One property that every refresher has. */
export interface RefresherCase {
  readonly name: string;
  /** Why a refresher is not concerned; `undefined` where it is. */
  readonly skip: (subject: RefresherSubject) => string | undefined;
  /** Rejects where the refresher does not have it. */
  readonly run: (subject: RefresherSubject) => Promise<void>;
}

/** Situations that a refresher must have a fixture of, because they call for different things. */
export const mandatorySituations: readonly FixtureSituation[] = [
  "success",
  "dead-token",
  "wrong-client",
  "throttled",
  "server-error",
  "malformed",
];

/** The common form of a case. */
export function refresherCase(
  name: string,
  run: (subject: RefresherSubject) => Promise<void> | void,
  skip: (subject: RefresherSubject) => string | undefined = () => undefined,
): RefresherCase {
  return { name, skip, run: async (subject) => await run(subject) };
}

/** Concerns only refreshers that exchange something. */
export function withoutExchange({ create }: RefresherSubject): string | undefined {
  const refresher = create();
  return refresher.request === undefined || refresher.interpret === undefined ? "only a human can renew" : undefined;
}

/** A moment that no machine's clock shows. */
export const now: Date = new Date("2031-03-14T09:26:53.000Z");

/** Another moment than {@link now}, by seconds. */
export function after(seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}

// Each has a part that occurs nowhere else, so that a leak is found in whatever it is embedded in.
const stored = {
  access: "at-stored~kq7Zp2Lw9x.A",
  refresh: "rt-stored~Vn4Tb8Rc3y.B",
  client: "cs-config~Hd6Jm1Ws5u.C",
};

/** The tokens that the answers of the suite bring. */
export const freshTokens: AnswerTokens = {
  access_token: "at-fresh~Gf3Xk9Qe7o.D+/=",
  refresh_token: "rt-fresh~Pz5Yh2Nv8i.E+/=",
  expires_in: 3600,
  scope: "first.scope second.scope",
};

/** What must be found nowhere that a human or a log looks. */
export const secretTexts: readonly string[] = [
  ...Object.values(stored),
  freshTokens.access_token,
  freshTokens.refresh_token,
];

/** Those that every part of the process knows to be secret, because they were read from the store. */
export const storedSecretTexts: readonly string[] = Object.values(stored);

/** A grant with both tokens. */
export function grantOf(subject: RefresherSubject, changes: Partial<Grant> = {}): Grant {
  return {
    id: "under-test",
    platform: "under-test",
    accessToken: secret(stored.access),
    refreshToken: secret(stored.refresh),
    ...subject.grant,
    ...changes,
  };
}

/** The client that a request is built with. */
export function clientOf(subject: RefresherSubject): Client {
  return subject.client ?? { id: "client-under-test", secrets: [secret(stored.client)] };
}

/** The refresher, in a case that concerns only those that exchange. */
export function exchangerOf({
  create,
}: RefresherSubject): Refresher & Required<Pick<Refresher, "request" | "interpret">> {
  const refresher = create();
  if (refresher.request === undefined || refresher.interpret === undefined) {
    throw new TypeError("This case needs `request` and `interpret`.");
  }
  return refresher as Refresher & Required<Pick<Refresher, "request" | "interpret">>;
}

/** What the suite's grant and client make of it. */
export async function requestOf(subject: RefresherSubject, changes: Partial<Grant> = {}): Promise<HttpRequest> {
  return await exchangerOf(subject).request(grantOf(subject, changes), clientOf(subject));
}

/** Fills a template with the suite's tokens. */
export function answerOf(template: AnswerTemplate, filling: Partial<AnswerTokens> = {}): HttpAnswer {
  return renderAnswer({ template }, { ...freshTokens, ...filling }, now);
}

/** The answer of a fixture. */
export function answerOfFixture(subject: RefresherSubject, { answer, expect }: RefresherFixture): HttpAnswer {
  const exchanged = expect.kind === "exchanged" ? expect : undefined;
  const scope = exchanged?.scopes?.join(subject.scopeSeparator ?? " ");
  return answerOf(answer, {
    ...(typeof exchanged?.expiresIn === "number" ? { expires_in: exchanged.expiresIn } : {}),
    ...(scope === undefined ? {} : { scope }),
  });
}

/** What the refresher reads from an answer, with a name for it where it throws although it must not. */
export function readingOf(
  subject: RefresherSubject,
  answer: HttpAnswer,
  name: string,
  grant: Grant = grantOf(subject),
): Exchanged | Refused {
  try {
    return exchangerOf(subject).interpret(answer, grant, now);
  } catch (error) {
    return assert.fail(`interpret threw on ${name}: ${error instanceof Error ? error.message : "something"}`);
  }
}

/** One line on a reading, without anything of the answer. */
export function inWords(reading: Exchanged | Refused): string {
  if (reading.kind === "refused") return `a refusal of class ${reading.class}`;
  const has = [
    ...(reading.accessToken === undefined ? [] : ["an access token"]),
    ...(reading.refreshToken === undefined ? [] : ["a refresh token"]),
  ];
  const complaint = reading.malformed === undefined ? "" : `, and the complaint "${reading.malformed}"`;
  return `an exchange with ${has.length === 0 ? "no token" : has.join(" and ")}${complaint}`;
}
