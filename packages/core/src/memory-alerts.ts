import { isDeepStrictEqual } from "node:util";
import type { AlertState, AlertStore, OutboxEntry } from "./state.ts";

/** Alert states and outbox of {@link memoryState}. */
export function memoryAlerts(refuseClosed: () => void): AlertStore {
  const states = new Map<string, AlertState>();
  const waiting = new Map<string, OutboxEntry>();
  const keyOf = (subject: string, condition: string): string => JSON.stringify([subject, condition]);

  return {
    get: async (subject, condition) => {
      refuseClosed();
      return states.get(keyOf(subject, condition));
    },
    list: async () => {
      refuseClosed();
      return [...states.values()];
    },
    put: async (next, entries, expected) => {
      refuseClosed();
      const key = keyOf(next.subject, next.condition);
      if (!same(states.get(key), expected)) return false;
      states.set(key, { ...next });
      for (const entry of entries) if (!waiting.has(entry.id)) waiting.set(entry.id, { ...entry });
      return true;
    },
    outbox: async (now) => {
      refuseClosed();
      return [...waiting.values()].filter(({ notBefore }) => notBefore <= now);
    },
    settle: async (id, outcome) => {
      refuseClosed();
      const entry = waiting.get(id);
      if (entry === undefined) return;
      if (outcome === "delivered") waiting.delete(id);
      else waiting.set(id, { ...entry, attempts: entry.attempts + 1, notBefore: outcome.notBefore });
    },
  };
}

// A member that is absent and one that is undefined mean the same.
function same(left: AlertState | undefined, right: AlertState | undefined): boolean {
  return isDeepStrictEqual(stated(left), stated(right));
}

function stated(state: AlertState | undefined): object | undefined {
  return state && Object.fromEntries(Object.entries(state).filter(([, value]) => value !== undefined));
}
