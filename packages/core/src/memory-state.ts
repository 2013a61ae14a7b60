import type { HttpAnswer } from "./http/message.ts";
import { memoryAlerts } from "./memory-alerts.ts";
import { Turns } from "./memory-turns.ts";
import type { Closing, FactStore, GrantState, Held, OpenExchange, Snapshot, SpentToken, TargetFacts } from "./state.ts";

interface Remembered {
  last?: Snapshot["last"];
  open?: OpenExchange | undefined;
  refused?: Snapshot["refused"];
  facts: TargetFacts;
  readonly spent: Map<string, SpentToken>;
}

/**
 * A state in the memory of this process: ephemeral, and not a fence. Lease and journal end with the process, and no
 * other process sees them; a crash between an exchange and its save loses the token without a trace. For tests, and
 * for code that can live with that. Everything else wants `localState()` of `@tokenward/state-local`.
 *
 * @example
 * ```ts
 * import { memoryState } from "@tokenward/core";
 *
 * const state = memoryState();
 * const { facts } = await state.peek("memory:example#tiktok");
 * ```
 */
export function memoryState(): GrantState {
  const targets = new Map<string, Remembered>();
  const turns = new Turns();
  const running = new Set<Promise<unknown>>();
  const installation = new Map<string, string>();
  let closed = false;

  const remembered = (target: string): Remembered => {
    let found = targets.get(target);
    if (found === undefined) targets.set(target, (found = { facts: {}, spent: new Map<string, SpentToken>() }));
    return found;
  };
  const snapshot = (target: string): Snapshot => {
    const found = targets.get(target);
    if (found === undefined) return { facts: {} };
    const { last, open, refused, facts } = found;
    return {
      ...(last === undefined ? {} : { last }),
      ...(open === undefined ? {} : { open: copyOpen(open) }),
      ...(refused === undefined ? {} : { refused }),
      facts: { ...facts },
    };
  };
  const refuseClosed = (): void => {
    if (closed) throw new TypeError("This state was closed.");
  };

  const facts: FactStore = {
    get: async (key) => {
      refuseClosed();
      const text = installation.get(key);
      return text === undefined ? undefined : (JSON.parse(text) as unknown);
    },
    set: async (key, value) => {
      refuseClosed();
      const text = JSON.stringify(value) as string | undefined;
      if (text === undefined) installation.delete(key);
      else installation.set(key, text);
    },
  };

  return {
    traits: { ephemeral: true, shared: false },
    peek: async (target) => {
      refuseClosed();
      return snapshot(target);
    },
    spent: async (target, fingerprint) => {
      refuseClosed();
      return targets.get(target)?.spent.get(fingerprint);
    },
    hold: async (target, work, { waitAtMost, signal }) => {
      refuseClosed();
      await turns.take(target, waitAtMost, signal);
      if (closed) {
        turns.pass(target);
        refuseClosed();
      }
      const over = new AbortController();
      const held = heldOver(
        () => remembered(target),
        () => snapshot(target),
        over.signal,
      );
      const done = (async () => await work(held))();
      running.add(done);
      try {
        return await done;
      } finally {
        running.delete(done);
        over.abort(new TypeError("The lease is over."));
        turns.pass(target);
      }
    },
    alerts: memoryAlerts(refuseClosed),
    facts,
    close: async () => {
      closed = true;
      await Promise.allSettled(running);
    },
  };
}

function heldOver(remembered: () => Remembered, snapshot: () => Snapshot, signal: AbortSignal): Held {
  return {
    signal,
    snapshot: async () => {
      signal.throwIfAborted();
      return snapshot();
    },
    intent: async (intent) => {
      signal.throwIfAborted();
      remembered().open = { intent: { ...intent } };
    },
    answer: async (answer) => {
      signal.throwIfAborted();
      const target = remembered();
      if (target.open === undefined) throw new TypeError("No intent is open that this could be the answer to.");
      target.open = { ...target.open, answer: copyAnswer(answer) };
    },
    close: async (closing) => {
      signal.throwIfAborted();
      applyClosing(remembered(), closing);
    },
    isSpent: async (fingerprint) => {
      signal.throwIfAborted();
      return remembered().spent.get(fingerprint);
    },
  };
}

function applyClosing(target: Remembered, closing: Closing): void {
  const { last, spent, refused, facts, inDoubtSince } = closing;
  if (inDoubtSince === undefined) target.open = undefined;
  else if (target.open !== undefined) target.open = { ...target.open, inDoubtSince };
  if (last !== undefined) target.last = last === null ? undefined : { ...last };
  if (spent !== undefined && !target.spent.has(spent.fingerprint)) target.spent.set(spent.fingerprint, { ...spent });
  if (refused !== undefined) target.refused = refused === null ? undefined : { ...refused };
  const known = Object.entries(facts ?? {}).filter(([, value]) => value !== undefined);
  target.facts = { ...target.facts, ...Object.fromEntries(known) };
}

function copyOpen(open: OpenExchange): OpenExchange {
  return open.answer === undefined ? { ...open } : { ...open, answer: copyAnswer(open.answer) };
}

// The body is a view on somebody's buffer, which may be reused.
function copyAnswer(answer: HttpAnswer): HttpAnswer {
  return { ...answer, headers: { ...answer.headers }, body: Uint8Array.from(answer.body) };
}
