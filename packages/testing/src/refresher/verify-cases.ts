import assert from "node:assert/strict";
import { secret, type HttpAnswer, type HttpRequest, type PluginIO, type Verified } from "@tokenward/core/plugin";
import type { AnswerTemplate } from "../render-answer.ts";
import { testIO } from "../test-io.ts";
import { assertNothingSecret } from "./leaks.ts";
import {
  answerOf,
  clientOf,
  grantOf,
  now,
  refresherCase,
  requestOf,
  storedSecretTexts,
  type RefresherCase,
  type RefresherSubject,
} from "./subject.ts";

// A look at a token that needs more than this is a crawl.
const mostRequests = 5;

const page = "<!doctype html><html><head><title>Log in</title></head><body></body></html>";

const answers: readonly (AnswerTemplate & { readonly name: string; readonly works?: false | undefined })[] = [
  { name: "an HTML page with 200", contentType: "text/html", body: page, works: false },
  { name: "an HTML page with 502", status: 502, contentType: "text/html", body: page, works: false },
  { name: "an empty 200", body: "" },
  { name: "an empty 204", status: 204, body: "" },
  { name: "an empty 500", status: 500, body: "", works: false },
  { name: "a 503 with Retry-After", status: 503, headers: { "retry-after": "5" }, body: "", works: false },
  { name: "a 429", status: 429, body: "", works: false },
  { name: "a 401 without a word", status: 401, body: "", works: false },
  { name: "a 403 of another shape", status: 403, body: '{"detail":["no"]}', works: false },
  { name: "a 404", status: 404, body: '{"error":"Not Found"}', works: false },
  { name: "an empty object", body: "{}" },
  { name: "an empty list", body: "[]" },
  { name: "null", body: "null" },
  { name: "a number", body: "7" },
  { name: "a text", body: '"fine"' },
  { name: "half an object", body: '{"data":{"user":{"open_id":"1' },
  { name: "data that is null", body: '{"data":null,"error":null}' },
  { name: "data that is a list", body: '{"data":[],"error":{"code":"ok"}}' },
  { name: "data that is a text", body: '{"data":"x","error":"x"}', status: 400, works: false },
  { name: "a user that is a number", body: '{"data":{"user":7,"is_valid":"maybe","scopes":7,"expires_at":"soon"}}' },
  { name: "fields of wrong types", body: '{"active":"yes","exp":"never","scope":7,"sub":{},"expires_at":{},"id":[]}' },
  { name: "fields that are null", body: '{"active":true,"exp":null,"scope":null,"sub":null,"expires_at":null}' },
  { name: "an impossible time", body: '{"active":true,"exp":1e300,"expires_at":-1e300,"expires_in":"1e400"}' },
  { name: "an error that is a list", status: 400, body: '{"error":[1,2],"errors":{}}', works: false },
  { name: "an error that is an object", status: 400, body: '{"error":{"code":{},"message":[]}}', works: false },
  { name: "nested too deeply to parse", body: `{"data":${"[".repeat(20_000)}` },
];

/** A look that changes nothing, whatever the platform says. */
export const verifyCases: readonly RefresherCase[] = [
  refresherCase(
    "verify never throws, and never trusts an answer without a meaning",
    async (subject) => {
      for (const answer of answers) {
        const { found, thrown } = await lookAt(subject, answer);
        assert.equal(thrown, undefined, `verify threw after ${answer.name}: ${thrown}`);
        if (found === undefined) return assert.fail(`after ${answer.name} verify found nothing to say`);
        assert.equal(typeof found.works, "boolean", `after ${answer.name} verify does not say whether the token works`);
        if (answer.works === false)
          assert.equal(found.works, false, `after ${answer.name} verify says that the token works`);
        const times = [found.accessTokenExpiresAt, found.refreshTokenExpiresAt];
        for (const time of times) {
          const valid = time === undefined || (time instanceof Date && !Number.isNaN(time.getTime()));
          assert.ok(valid, `after ${answer.name} verify gave an invalid date`);
        }
        const texts = found.scopes ?? [];
        const listed = Array.isArray(texts) && texts.every((scope) => typeof scope === "string");
        assert.ok(listed, `after ${answer.name} verify gave scopes that are no texts`);
        const { subject: who } = found;
        assert.ok(
          who === undefined || typeof who === "string",
          `after ${answer.name} verify gave a subject that is no text`,
        );
      }
    },
    withoutVerify,
  ),

  refresherCase(
    "a platform in trouble says nothing about the grant",
    async (subject) => {
      for (const answer of answers) {
        if ((answer.status ?? 200) < 429) continue;
        const { found } = await lookAt(subject, answer);
        const blamed = found?.class === "reauth" || found?.class === "client" || found?.class === "scopes";
        assert.ok(!blamed, `after ${answer.name} verify blames the grant: ${found?.class}`);
      }
    },
    withoutVerify,
  ),

  refresherCase(
    "verify only reads, with a handful of requests, and never at the token endpoint",
    async (subject) => {
      const endpoints = await tokenEndpointsOf(subject);
      for (const answer of answers) {
        const { requests } = await lookAt(subject, answer);
        assert.ok(requests.length > 0, "verify asks nobody");
        assert.ok(requests.length <= mostRequests, `after ${answer.name} verify sent ${requests.length} requests`);
        for (const request of requests) {
          const reads = request.method === "GET" || (request.method === "POST" && !exchanges(request));
          assert.ok(reads, `verify sent ${request.method} ${request.url}, which does not only read`);
          assert.ok(!endpoints.includes(request.url), `verify sent a request to the token endpoint, ${request.url}`);
        }
      }
    },
    withoutVerify,
  ),

  refresherCase(
    "verify shows no secret",
    async (subject) => {
      for (const answer of [...answers, ...quoting()]) {
        const { found, requests, notes } = await lookAt(subject, answer);
        assertNothingSecret(found, `what verify found in ${answer.name}`);
        assertNothingSecret(notes, "what verify noted");
        for (const request of requests) assertNothingSecret(request, "a request of verify");
      }
    },
    withoutVerify,
  ),
];

function withoutVerify({ create }: RefresherSubject): string | undefined {
  return create().verify === undefined ? "it has no verify" : undefined;
}

function quoting(): readonly (AnswerTemplate & { readonly name: string })[] {
  return storedSecretTexts.flatMap((text) =>
    [200, 400, 401].map((status) => ({
      name: `an answer with status ${status} that quotes a secret`,
      status,
      body: JSON.stringify({
        error: { code: text, message: `${text} is not valid`, type: "OAuthException" },
        error_description: text,
        message: text,
        code: text,
      }),
    })),
  );
}

interface Look {
  readonly found?: Verified | undefined;
  /** The message of what verify threw. */
  readonly thrown?: string | undefined;
  readonly requests: readonly HttpRequest[];
  readonly notes: readonly string[];
}

async function lookAt(subject: RefresherSubject, answer: AnswerTemplate & { readonly name: string }): Promise<Look> {
  const { name: _, ...template } = answer;
  const grant = grantOf(subject);
  const requests: HttpRequest[] = [];
  const { http, now: clockNow } = serving(answerOf(template), requests);
  const io = testIO({ http, clock: { now: clockNow, monotonic: () => 0, sleep: async () => undefined } });
  const token = grant.accessToken ?? secret("at-none");
  const refresher = subject.create();
  try {
    return { found: await refresher.verify?.(grant, clientOf(subject), token, io), requests, notes: io.notes };
  } catch (error) {
    return { thrown: error instanceof Error ? error.message : "something", requests, notes: io.notes };
  }
}

function serving(
  answer: HttpAnswer,
  requests: HttpRequest[],
): { readonly http: PluginIO["http"]; readonly now: () => Date } {
  return {
    http: {
      send: async (request) => {
        requests.push(request);
        return answer;
      },
    },
    now: () => now,
  };
}

async function tokenEndpointsOf(subject: RefresherSubject): Promise<readonly string[]> {
  const { endpoint, request } = subject.create();
  const asked = request === undefined ? undefined : (await requestOf(subject)).url;
  return [endpoint, asked].filter((url) => url !== undefined);
}

function exchanges({ body, query }: HttpRequest): boolean {
  const form = body !== undefined && "form" in body ? body.form : {};
  const json = body !== undefined && "json" in body && typeof body.json === "object" ? body.json : {};
  return [form, json ?? {}, query ?? {}].some((fields) => Object.hasOwn(fields, "grant_type"));
}
