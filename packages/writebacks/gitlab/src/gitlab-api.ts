import {
  decodeBody,
  HttpFailure,
  secret,
  TokenwardError,
  type ErrorCode,
  type GrantId,
  type HttpAnswer,
  type HttpRequest,
  type JsonWithSecrets,
  type PluginIO,
  type Secret,
} from "@tokenward/core/plugin";
import type { GitlabOptions } from "./options.ts";
import { refusalOf, unreached, type Asked, type Refusal } from "./refusal.ts";
import type { Variable } from "./variable.ts";

/** For whom a call is made, and as what its failure counts. */
export interface Caller {
  readonly grant: GrantId;
  readonly io: PluginIO;
  readonly code: Extract<
    ErrorCode,
    "ERR_WRITEBACK_UNREADABLE" | "ERR_WRITEBACK_UNWRITABLE" | "ERR_WRITEBACK_SAVE_FAILED"
  >;
}

/** The attributes that a variable gets when it is created; existing ones keep theirs. */
export interface NewVariable {
  readonly masked: boolean;
  readonly description: string;
}

/** The part of GitLab's API that variables need. Every method throws the caller's code with a sentence of its own. */
export interface GitlabApi {
  /** `project group/posting`, for messages. */
  readonly where: string;
  readonly url: string;
  readonly scope: string;
  /** The number of the project or group, which stays when it is renamed or moved. */
  number(caller: Caller): Promise<string>;
  /** `undefined`: there is no such variable in this scope. */
  variable(key: string, caller: Caller): Promise<Variable | undefined>;
  /** Sets the value of a variable; one that is missing is created. Attributes of an existing one stay. */
  put(key: string, value: Secret | string, fresh: NewVariable, caller: Caller): Promise<"set" | "created">;
  /** Removes a variable; one that is gone already is fine. */
  remove(key: string, caller: Caller): Promise<void>;
  /** When the access token that all of this is done with ends. `undefined`: unknown, or never. */
  tokenEnd(io: PluginIO): Promise<Date | undefined>;
}

const defaultTimeout = 15_000;
const mostTries = 3;

/** Talks to GitLab's REST API, version 4 (docs.gitlab.com, "Project-level CI/CD variables API", 2026-11-22). */
export function gitlabApi(options: GitlabOptions): GitlabApi {
  // One spelling for one place: what is stored is known by it.
  const { href } = new URL(options.url ?? "https://gitlab.com");
  const url = href.replace(/\/+$/, "").replace(/\/api\/v4$/, "");
  const [kind, id] = options.group === undefined ? ["project", options.project ?? ""] : ["group", options.group];
  const home = `${url}/api/v4/${kind}s/${encodeURIComponent(id)}`;
  const where = `${kind} ${id}`;
  const scope = options.environment_scope ?? "*";
  const timeout = options.timeout ?? defaultTimeout;
  const filter = { "filter[environment_scope]": scope };
  const asked = (what: string): Asked => ({ what, where, url, scope });
  const ofVariable = (key: string): Asked => asked(`variable ${key} of ${where}`);
  const at = (key: string): string => `${home}/variables/${encodeURIComponent(key)}`;

  const call = async (request: HttpRequest, about: Asked, caller: Caller): Promise<HttpAnswer> => {
    const { http, signal, clock } = caller.io;
    const end = clock.monotonic() + timeout;
    const authorized = { ...request, headers: { ...request.headers, "private-token": options.token } };
    for (let attempt = 1; ; attempt++) {
      let answer: HttpAnswer | undefined;
      let thrown: unknown;
      const left = end - clock.monotonic();
      try {
        answer = await http.send(authorized, { signal, deadline: Math.max(1, left) });
      } catch (error) {
        thrown = error;
      }
      const wait = attempt < mostTries ? patience(request, answer, thrown, attempt) : undefined;
      if (wait === undefined || signal.aborted || clock.monotonic() + wait >= end) {
        if (answer !== undefined) return answer;
        throw failure(caller, unreached(thrown, about, timeout), thrown);
      }
      try {
        await clock.sleep(wait, signal);
      } catch (error) {
        throw failure(caller, unreached(error, about, timeout), error);
      }
    }
  };
  const expect = async (request: HttpRequest, about: Asked, caller: Caller): Promise<HttpAnswer> => {
    const answer = await call(request, about, caller);
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw failure(caller, refusalOf(answer, about));
  };

  let number: string | undefined = /^[1-9]\d*$/.test(id) ? id : undefined;
  return {
    where,
    url,
    scope,

    number: async (caller) => {
      if (number !== undefined) return number;
      const answer = await expect({ method: "GET", url: home }, asked(where), caller);
      const found = bodyOf(answer)["id"];
      if (typeof found !== "number") throw failure(caller, notGitlab(url));
      return (number = String(found));
    },

    variable: async (key, caller) => {
      const answer = await call({ method: "GET", url: at(key), query: filter }, ofVariable(key), caller);
      // A project that is gone, or that this token may not see, answers the same: only the list tells them apart.
      if (answer.status === 404) {
        const list = { method: "GET", url: `${home}/variables`, query: { per_page: "1" } } as const;
        await expect(list, asked(where), caller);
        return undefined;
      }
      if (answer.status !== 200) throw failure(caller, refusalOf(answer, ofVariable(key)));
      return variableOf(key, bodyOf(answer)) ?? fail(failure(caller, notGitlab(url)));
    },

    put: async (key, value, fresh, caller) => {
      const about = ofVariable(key);
      // GitLab's description wants the filter of a PUT in its body, unlike those of all other methods.
      const json = { value, filter: { environment_scope: scope } };
      const replace: HttpRequest = { method: "PUT", url: at(key), body: { json } };
      const replaced = await call(replace, about, caller);
      if (replaced.status === 200) return "set";
      if (replaced.status !== 404) throw failure(caller, refusalOf(replaced, about));
      const whole: JsonWithSecrets = { key, value, raw: true, environment_scope: scope, ...fresh };
      const created = await call({ method: "POST", url: `${home}/variables`, body: { json: whole } }, about, caller);
      if (created.status === 201) return "created";
      // Created meanwhile, by a request of ours that went unanswered or by somebody else: the value is ours to set.
      if (created.status === 400 && (await call(replace, about, caller)).status === 200) return "set";
      throw failure(caller, refusalOf(created, about));
    },

    remove: async (key, caller) => {
      const answer = await call({ method: "DELETE", url: at(key), query: filter }, ofVariable(key), caller);
      if (answer.status === 404 || (answer.status >= 200 && answer.status < 300)) return;
      throw failure(caller, refusalOf(answer, ofVariable(key)));
    },

    tokenEnd: async (io) => {
      const request: HttpRequest = { method: "GET", url: `${url}/api/v4/personal_access_tokens/self` };
      const caller: Caller = { grant: "", io, code: "ERR_WRITEBACK_UNREADABLE" };
      const answer = await call(request, asked("access token"), caller);
      const day = answer.status === 200 ? bodyOf(answer)["expires_at"] : undefined;
      // A day, without a time: the token stops working as it begins, in UTC.
      const end =
        typeof day === "string" ? new Date(/^\d{4}-\d{2}-\d{2}$/.test(day) ? `${day}T00:00:00Z` : day) : undefined;
      return end === undefined || Number.isNaN(end.getTime()) ? undefined : end;
    },
  };
}

/** Milliseconds to wait before the same call again; `undefined`: it is not repeated. */
function patience(
  { method }: HttpRequest,
  answer: HttpAnswer | undefined,
  thrown: unknown,
  attempt: number,
): number | undefined {
  const backoff = 200 * 4 ** (attempt - 1);
  // Turned away before anything was done with it.
  if (answer?.status === 429) return Math.max(backoff, 1000 * Number(answer.headers["retry-after"] ?? 0) || 0);
  if (HttpFailure.is(thrown) && !thrown.sent && thrown.code !== "ABORTED" && thrown.code !== "DEADLINE") return backoff;
  // A write that may have happened is not repeated blindly: the engine looks first.
  const unclear = answer === undefined ? thrown !== undefined : answer.status >= 500;
  return unclear && method === "GET" ? backoff : undefined;
}

function failure(caller: Caller, refusal: Refusal, cause?: unknown): TokenwardError {
  return new TokenwardError(caller.code, { grant: caller.grant, ...refusal }, { cause, class: "write-back" });
}

function notGitlab(url: string): Refusal {
  return {
    reason: `what answers at ${url} is not GitLab's API`,
    remedy: "Check `url` under `auth.writeback.gitlab`",
  };
}

function bodyOf(answer: HttpAnswer): Readonly<Record<string, unknown>> {
  try {
    const body: unknown = JSON.parse(decodeBody(answer).text);
    return typeof body === "object" && body !== null ? (body as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}

function variableOf(key: string, body: Readonly<Record<string, unknown>>): Variable | undefined {
  if (body["key"] !== key) return undefined;
  const { value } = body;
  return {
    key,
    value: typeof value === "string" ? secret(value) : undefined,
    hidden: body["hidden"] === true,
    masked: body["masked"] === true,
    raw: body["raw"] === true,
    protected: body["protected"] === true,
  };
}

function fail(error: Error): never {
  throw error;
}
