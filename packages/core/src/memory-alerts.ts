import { isDeepStrictEqual } from "node:util";
import type { AlertState, AlertStore, OutboxEntry } from "./state.ts";

/** Alert states and outbox of {@link memoryState}. */
export function memoryAlerts(refuseClosed: () => void = () => undefined): AlertStore {
  const states = new Map<string, AlertState>();
  const waiting = new Map<string, OutboxEntry>();

  return {
    list: async (installation) => {
      refuseClosed();
      return [...states.values()].filter((state) => state.installation === installation);
    },
    put: async (changes, entries) => {
      refuseClosed();
      const keyed = changes.map(({ expected, next }) => ({ key: keyOf(next ?? expected), expected, next }));
      if (keyed.some(({ key, expected }) => !same(states.get(key), expected))) return false;
      for (const { key, next } of keyed) {
        if (next === undefined) states.delete(key);
        else states.set(key, { ...next });
      }
      for (const entry of entries) if (!waiting.has(entry.id)) waiting.set(entry.id, { ...entry });
      return true;
    },
    outbox: async (installation) => {
      refuseClosed();
      return [...waiting.values()].filter((entry) => entry.installation === installation);
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

function keyOf(state: AlertState | undefined): string {
  return JSON.stringify([state?.installation, state?.subject, state?.condition]);
}

// A member that is absent and one that is undefined mean the same.
function same(left: AlertState | undefined, right: AlertState | undefined): boolean {
  return isDeepStrictEqual(stated(left), stated(right));
}

function stated(state: AlertState | undefined): object | undefined {
  return state && Object.fromEntries(Object.entries(state).filter(([, value]) => value !== undefined));
}
