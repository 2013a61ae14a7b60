import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { tellingPolicy, type TellingPolicy } from "../alerts/policy.ts";
import { systemClock, type Clock } from "../clock.ts";
import { TokenwardError } from "../errors/error.ts";
import { createHttpClient } from "../http/client.ts";
import { systemIdentity, type Identity } from "../identity.ts";
import type { HttpClient, PluginIO } from "../plugin-io.ts";
import { redact } from "../redactor.ts";
import type { RateBucket } from "../rate-bucket.ts";
import type { GrantState } from "../state.ts";
import { EndpointBudgets } from "./endpoint-budget.ts";
import type { EngineOptions, NamedNotifier } from "./engine.ts";
import type { Heartbeat } from "./heartbeat.ts";

/** The engine's options with every default in place. */
export interface EngineContext {
  readonly state: GrantState;
  readonly clock: Clock;
  readonly http: HttpClient;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly identity: Identity;
  readonly notifiers: readonly NamedNotifier[];
  /** Who hears of what, with every default in place. */
  readonly telling: TellingPolicy;
  /** Every grant that is configured, where that is known. */
  readonly grants: readonly string[] | undefined;
  /** Every write-back that is configured, as alerts name it, where that is known. */
  readonly writeBacks: readonly string[] | undefined;
  readonly heartbeat: Heartbeat | undefined;
  readonly recoveryRecipients: readonly string[];
  readonly recoveryFolder: string | undefined;
  readonly signal: AbortSignal;
  readonly leaseWait: number;
  readonly exchangeDeadline: number;
  /** Identifies this process in intents and claims. */
  readonly run: string;
  readonly host: string;
  readonly budgets: EndpointBudgets;
  readonly rateBucket: RateBucket | undefined;
  note(message: string): void;
  /** What a plugin may touch, for at most that many milliseconds. Not tied to a caller's abort. */
  io(milliseconds?: number): PluginIO;
}

/** How long a write-back may take for one call, in milliseconds. */
export const writeBackDeadline = 60_000;

/** Puts the system's own in the place of what the options leave open. */
export function engineContext(options: EngineOptions): EngineContext {
  // Callers without types: a missing state must not surface as a property of undefined in the middle of a refresh.
  if ((options as Partial<EngineOptions>).state === undefined) throw new TokenwardError("ERR_STATE_MISSING");
  const env = options.env ?? process.env;
  const clock = options.clock ?? systemClock;
  const http = options.http ?? createHttpClient({ env });
  const identity = options.identity ?? systemIdentity(env);
  const note = (message: string): void => options.note?.(redact(message));
  return {
    state: options.state,
    clock,
    http,
    env,
    identity,
    notifiers: options.notifiers ?? [],
    telling: tellingPolicy(options),
    grants: options.alerts?.grants,
    writeBacks: options.alerts?.writeBacks,
    heartbeat: options.heartbeat,
    recoveryRecipients: options.recoveryRecipients ?? [],
    recoveryFolder: options.recoveryFolder,
    signal: options.signal ?? new AbortController().signal,
    leaseWait: options.leaseWait ?? 30_000,
    exchangeDeadline: options.exchangeDeadline ?? 30_000,
    run: randomUUID(),
    host: hostname(),
    budgets: new EndpointBudgets(clock),
    rateBucket: options.rateBucket,
    note,
    io: (milliseconds = writeBackDeadline) => ({
      http,
      env,
      clock,
      identity,
      note,
      signal: AbortSignal.timeout(milliseconds),
    }),
  };
}
