import type { AlertStore, GrantState, Held, OpenExchange } from "@tokenward/core/plugin";
import { memoryState } from "@tokenward/core";
import type { GrantStateFixture } from "../grant-state/fixture.ts";
import { patient } from "../grant-state/samples.ts";

/** A state with one defect, and the case that is meant to find it. */
export interface BrokenState {
  readonly defect: string;
  readonly caughtBy: string;
  /** Part of the message with which it is found. */
  readonly saying: RegExp;
  create(): GrantStateFixture;
}

/** Puts something else in place of some members. */
export type Change = (base: GrantState) => Partial<GrantState>;

export function broken(
  defect: string,
  caughtBy: string,
  saying: RegExp,
  change: Change,
  after: Partial<GrantStateFixture> = {},
): BrokenState {
  return {
    defect,
    caughtBy,
    saying,
    create: () => {
      const base = memoryState();
      const state = { ...base, ...change(base) };
      return { state, reopen: async () => state, dispose: async () => undefined, ...after };
    },
  };
}

/** Defects that show only after a restart: what `forget` does to the state happens when it is opened anew. */
export function forgetful(
  defect: string,
  caughtBy: string,
  saying: RegExp,
  forget: (base: GrantState) => Promise<GrantState>,
): BrokenState {
  return {
    defect,
    caughtBy,
    saying,
    create: () => {
      const base = memoryState();
      return { state: base, reopen: async () => await forget(base), dispose: async () => undefined };
    },
  };
}

/** Lets the work see another {@link Held} than the real one. */
export function withHeld(change: (held: Held, base: GrantState, target: string) => Partial<Held>): Change {
  return (base) => ({
    hold: async (target, work, options) =>
      await base.hold(target, async (held) => await work({ ...held, ...change(held, base, target) }), options),
  });
}

/** A holder without a lease: it takes one for a moment, for each single thing. */
export function unleased(base: GrantState, target: string): Held {
  const briefly = async <T>(work: (held: Held) => Promise<T>): Promise<T> => await base.hold(target, work, patient);
  return {
    signal: new AbortController().signal,
    snapshot: async () => await base.peek(target),
    intent: async (intent) => await briefly(async (held) => await held.intent(intent)),
    answer: async (answer) => await briefly(async (held) => await held.answer(answer)),
    close: async (closing) => await briefly(async (held) => await held.close(closing)),
    isSpent: async (fingerprint) => await base.spent(target, fingerprint),
  };
}

/** Shows another journal. The one of the state that is left behind is not touched: its holder is still at work. */
export function seeing(
  base: GrantState,
  open: (open: OpenExchange | undefined) => OpenExchange | undefined,
): GrantState {
  return {
    ...base,
    peek: async (target) => {
      const { open: seen, ...rest } = await base.peek(target);
      const shown = open(seen);
      return shown === undefined ? rest : { ...rest, open: shown };
    },
  };
}

export function withAlerts(change: (base: AlertStore) => Partial<AlertStore>): Change {
  return (base) => ({ alerts: { ...base.alerts, ...change(base.alerts) } });
}
