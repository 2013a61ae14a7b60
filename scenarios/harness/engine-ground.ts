import {
  createEngine,
  memoryState,
  secret,
  systemClock,
  withTraits,
  type Clock,
  type Engine,
  type EngineOptions,
  type GrantPlan,
  type RefresherTraits,
} from "@tokenward/core";
import { oauth2 } from "@tokenward/refresher-oauth2";
import type { Consent, ConsentOptions, Sandbox } from "@tokenward/sandbox";
import { memoryWriteBack, type MemoryWriteBack } from "@tokenward/testing";

/** A clock on which sleeping takes no time: it moves on by itself, and remembers how far. */
export interface HastyClock extends Clock {
  /** Milliseconds slept so far, all sleeps together. */
  readonly slept: number;
  /** Lets time pass. */
  pass(milliseconds: number): void;
}

/** Makes a {@link HastyClock} that shows the machine's time at first. */
export function hastyClock(): HastyClock {
  let slept = 0;
  let passed = 0;
  return {
    now: () => new Date(Date.now() + passed),
    monotonic: () => performance.now() + passed,
    sleep: async (milliseconds, signal) => {
      signal?.throwIfAborted();
      slept += milliseconds;
      passed += milliseconds;
      // Others get their turn, as they would.
      await new Promise((resolve) => setImmediate(resolve));
    },
    get slept() {
      return slept;
    },
    pass: (milliseconds) => {
      passed += milliseconds;
    },
  };
}

/** One grant, with the plan that keeps it alive. */
export interface GroundGrant {
  readonly consent: Consent;
  readonly plan: GrantPlan;
  readonly writeBack: MemoryWriteBack;
  /** What the write-back holds. */
  refreshToken(): string | undefined;
}

/** What a grant may differ in. */
export interface GroundOptions {
  readonly id?: string | undefined;
  readonly traits?: Partial<RefresherTraits> | undefined;
  readonly consent?: ConsentOptions | undefined;
  readonly writeBack?: MemoryWriteBack | undefined;
}

/** Consents on a generic platform of the sandbox and puts the tokens into a write-back in memory. */
export async function groundGrant(
  sandbox: Sandbox,
  platform: string,
  { id = platform, traits, consent: wish, writeBack = memoryWriteBack() }: GroundOptions = {},
): Promise<GroundGrant> {
  const consent = await sandbox.control.consent(platform, wish);
  const [name = id, account] = id.split("/");
  const refresher = oauth2({ token_url: consent.tokenUrl, cadence: "every-run" });
  writeBack.put({
    id,
    platform: name,
    account,
    generation: 1,
    refreshToken: secret(consent.refreshToken),
    accessToken: secret(consent.accessToken),
  });
  return {
    consent,
    writeBack,
    plan: {
      id,
      refresher: withTraits({ ...refresher, platform: name }, { rotation: "always", reuse: "strict", ...traits }),
      client: { id: consent.clientId, secrets: [secret(consent.clientSecret ?? "")] },
      writeBack,
      writeBackName: "memory",
    },
    refreshToken: () => writeBack.stored(id)?.refreshToken?.reveal(),
  };
}

/** An engine on a machine of its own, whose state lasts as long as it does. */
export function machine(options: Partial<EngineOptions> = {}): Engine {
  // A disk that stays: what is under test is not what a CI job may do.
  const state = { ...memoryState(), traits: { ephemeral: false, shared: false } };
  return createEngine({ state, clock: systemClock, env: {}, ...options });
}
