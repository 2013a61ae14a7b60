import { setTimeout as after } from "node:timers/promises";
import type { SecretManagerServiceClient } from "@google-cloud/secret-manager";
import { TokenwardError, untilAborted, type ErrorCode, type GrantId, type PluginIO } from "@tokenward/core/plugin";
import { loadClient } from "./client.ts";
import type { GcpOptions } from "./options.ts";
import {
  code,
  codeOf,
  isCredentialFailure,
  isOver,
  noCredentials,
  reasonOf,
  refusalOf,
  type Refusal,
} from "./refusal.ts";

/** For whom a call is made, and as what its failure counts. */
export interface Caller {
  readonly grant: GrantId;
  readonly io: PluginIO;
  readonly code: Extract<
    ErrorCode,
    "ERR_WRITEBACK_UNREADABLE" | "ERR_WRITEBACK_UNWRITABLE" | "ERR_WRITEBACK_SAVE_FAILED"
  >;
}

/** One call: what it is for, and what may be done about a failure. */
export interface Call<T> {
  readonly secret: string;
  /** As in IAM: `secretmanager.versions.add`. */
  readonly permission: string;
  /** Whether doing it twice is the same as doing it once. What was only throttled was not done at all. */
  readonly repeatable: boolean;
  /** Status codes that are answers here. */
  readonly expected?: readonly number[];
  work(
    client: SecretManagerServiceClient,
    how: { timeout: number; retry: NoRetry },
  ): Promise<readonly [T, ...unknown[]]>;
}

/** What an expected status code comes back as. */
export interface Expected {
  readonly refused: number;
}

/** How a call ended that was not answered: what the SDK threw, and the error that says it. */
export interface Failed {
  readonly error: TokenwardError;
  /** Whether it may have been done all the same. */
  readonly doubtful: boolean;
  /** Whether no time is left. */
  readonly over: boolean;
}

/** A way to call Secret Manager that always ends. */
export interface Calling {
  /** Throws an error with the caller's code where the call is not answered. */
  readonly call: <T>(caller: Caller, call: Call<T>) => Promise<T | Expected>;
  readonly attempt: <T>(
    caller: Caller,
    call: Call<T>,
  ) => Promise<{ readonly answer: T | Expected } | { readonly failed: Failed }>;
  readonly project: (caller: Caller) => Promise<string>;
  /** The error of a failure, with the caller's code. */
  readonly failure: (caller: Caller, refusal: Refusal, cause?: unknown) => TokenwardError;
}

// The SDK would try an access again for ten minutes, and nothing else ever.
interface NoRetry {
  readonly retryCodes: number[];
  readonly backoffSettings: {
    readonly initialRetryDelayMillis: number;
    readonly retryDelayMultiplier: number;
    readonly maxRetryDelayMillis: number;
    readonly initialRpcTimeoutMillis: number;
    readonly maxRpcTimeoutMillis: number;
    readonly totalTimeoutMillis: number;
  };
}

const defaultTimeout = 15_000;
const firstWait = 200;
// Longer than the second in which a secret may be changed twice; an outage is left to whoever called.
const mostTries = 5;
const passing: readonly (number | undefined)[] = [code.unavailable, code.resourceExhausted, code.internal];

/** Makes the way. The SDK is read, and credentials are looked for, with the first call. */
export function callingOf(options: GcpOptions): Calling {
  const milliseconds = options.timeout ?? defaultTimeout;
  let loaded: Promise<SecretManagerServiceClient> | undefined;
  let ready: Promise<unknown> | undefined;
  let named: string | undefined = options.project;

  const failure = (caller: Caller, refusal: Refusal, cause?: unknown): TokenwardError =>
    new TokenwardError(caller.code, { grant: caller.grant, ...refusal }, { cause, class: "write-back" });

  const load = async (caller: Caller): Promise<SecretManagerServiceClient> =>
    await untilAborted(caller.io.signal, async () => await (loaded ??= loadClient(options)));

  /** Looks for credentials. */
  const initialize = async (sdk: SecretManagerServiceClient, caller: Caller, signal: AbortSignal): Promise<void> => {
    if (ready === undefined) {
      // Each method would do this by itself, and let a failure end the process.
      const making = sdk.initialize();
      // A client without credentials stays without them; the next call looks again.
      making.catch(() => (loaded = ready = undefined));
      ready = making;
    }
    try {
      await untilAborted(signal, async () => await ready);
    } catch (thrown) {
      if (isOver(thrown)) throw thrown;
      throw failure(caller, noCredentials, thrown);
    }
  };

  const project = async (caller: Caller): Promise<string> => {
    const { env, signal } = caller.io;
    named ??= env["GOOGLE_CLOUD_PROJECT"] || env["GCLOUD_PROJECT"] || undefined;
    if (named !== undefined) return named;
    const refusal: Refusal = {
      reason: "no Google Cloud project is configured",
      remedy: "Set `project` under `auth.writeback.gcp`, or GOOGLE_CLOUD_PROJECT",
    };
    if (options.endpoint?.startsWith("http:") === true) throw failure(caller, refusal);
    try {
      const sdk = await load(caller);
      const over = AbortSignal.any([signal, AbortSignal.timeout(milliseconds)]);
      named = await untilAborted(over, async () => await sdk.getProjectId());
      return named;
    } catch (thrown) {
      throw failure(caller, refusal, thrown);
    }
  };

  const attempt: Calling["attempt"] = async (caller, asked) => {
    // Reading the SDK takes this machine a moment, and is no part of the time that Google has for an answer.
    await load(caller).catch(() => undefined);
    const until = performance.now() + milliseconds;
    const signal = AbortSignal.any([caller.io.signal, AbortSignal.timeout(milliseconds)]);
    let before: unknown;
    for (let tries = 1; ; tries++) {
      let last: unknown;
      try {
        const sdk = await load(caller);
        await initialize(sdk, caller, signal);
        const left = Math.max(1, Math.ceil(until - performance.now()));
        // Neither look-ups for credentials nor calls know the signal.
        const work = async () => await asked.work(sdk, { timeout: left, retry: once(left) });
        const [answer] = await untilAborted(signal, work);
        return { answer };
      } catch (thrown) {
        last = thrown;
      }
      if (TokenwardError.is(last)) return { failed: { error: last, doubtful: false, over: false } };
      const refused = codeOf(last);
      if (refused !== undefined && asked.expected?.includes(refused) === true) return { answer: { refused } };
      const pause = firstWait * 2 ** (tries - 1) * (0.5 + Math.random() / 2);
      const late = tries === mostTries || signal.aborted || performance.now() + pause >= until;
      if (late || !mayRepeat(last, asked.repeatable)) {
        const { secret, permission } = asked;
        const about = { project: await project(caller), secret, permission, milliseconds };
        // Of a try that ran out of time, the one before it says more.
        const telling = isOver(last) && !caller.io.signal.aborted ? (before ?? last) : last;
        const error = failure(caller, refusalOf(telling, about), telling);
        return { failed: { error, doubtful: isDoubtful(last), over: isOver(last) } };
      }
      before = last;
      // Ends early when the caller goes; the next try then fails with that.
      await after(pause, undefined, { signal }).catch(() => undefined);
    }
  };

  const call: Calling["call"] = async (caller, asked) => {
    const ended = await attempt(caller, asked);
    if ("failed" in ended) throw ended.failed.error;
    return ended.answer;
  };

  return { call, attempt, project, failure };
}

/** Whether a call was answered with one of the codes that were expected. */
export function isExpected(answer: object): answer is Expected {
  return "refused" in answer;
}

function mayRepeat(thrown: unknown, repeatable: boolean): boolean {
  const refused = codeOf(thrown);
  if (refused === code.resourceExhausted) return reasonOf(thrown) !== "RESOURCE_QUOTA_EXCEEDED";
  return repeatable && passing.includes(refused);
}

// What Google refused was not done. What it did not answer, or answered with a problem of its own, may have been.
function isDoubtful(thrown: unknown): boolean {
  const undecided: readonly (number | undefined)[] = [
    code.cancelled,
    code.unknown,
    code.internal,
    code.unavailable,
    code.dataLoss,
    undefined,
  ];
  return isOver(thrown) || (undecided.includes(codeOf(thrown)) && !isCredentialFailure(thrown));
}

function once(left: number): NoRetry {
  return {
    retryCodes: [],
    backoffSettings: {
      initialRetryDelayMillis: firstWait,
      retryDelayMultiplier: 2,
      maxRetryDelayMillis: left,
      initialRpcTimeoutMillis: left,
      maxRpcTimeoutMillis: left,
      totalTimeoutMillis: left,
    },
  };
}
