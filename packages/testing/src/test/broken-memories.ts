import { memoryState } from "@tokenward/core";
import type { GrantState } from "@tokenward/core/plugin";
import { broken, forgetful, seeing, withAlerts, withHeld, type BrokenState } from "./breaking.ts";
import { intentOf, patient } from "../grant-state/samples.ts";

/** Defects of journals, memories and alerts that the suite must find. */
export const brokenMemories: readonly BrokenState[] = [
  forgetful("forgets an intent", "an intent is durable", /strictly deep-equal/, async (base) =>
    seeing(base, () => undefined),
  ),
  forgetful("forgets an answer", "an answer is durable", /answer is gone/, async (base) =>
    seeing(base, (open) => open && { intent: open.intent }),
  ),
  forgetful("forgets a close", "closing is durable", /still open/, async (base) =>
    seeing(base, () => ({ intent: intentOf(1) })),
  ),
  broken(
    "keeps answers as text",
    "an answer keeps every byte, up to 1 MiB",
    /bytes were changed/,
    withHeld((held) => ({
      answer: async (answer) =>
        await held.answer({ ...answer, body: Buffer.from(Buffer.from(answer.body).toString("utf8")) }),
    })),
  ),
  broken(
    "keeps the caller's buffer instead of its bytes",
    "an answer keeps every byte, up to 1 MiB",
    /bytes were changed/,
    (base) => {
      let kept: Uint8Array | undefined;
      const shown = seeing(
        base,
        (open) => open && { ...open, ...(open.answer && kept && { answer: { ...open.answer, body: kept } }) },
      );
      const change = withHeld((held) => ({
        answer: async (answer) => {
          kept = answer.body;
          await held.answer(answer);
        },
      }));
      return { ...change(base), peek: async (target) => await shown.peek(target) };
    },
  ),
  broken(
    "closes in two steps",
    "nobody sees half of a close",
    /of one close|before its spent|still open/,
    withHeld((held) => ({
      close: async ({ facts, ...closing }) => {
        await held.close(closing);
        await new Promise((resolve) => setImmediate(resolve));
        await new Promise((resolve) => setImmediate(resolve));
        await held.close({ facts });
      },
    })),
  ),
  broken(
    "keeps a grant that is to be forgotten",
    "the newest grant is forgotten when that is asked for, and nothing else is",
    /still there/,
    withHeld((held) => ({
      close: async ({ last, ...closing }) => await held.close({ ...closing, last: last ?? undefined }),
    })),
  ),
  broken(
    "remembers the newest spent token only",
    "a spent token stays spent, however many follow",
    /deep-equal|forgotten/,
    (base) => {
      const newest = new Map<string, string>();
      const change = withHeld((held, _, target) => ({
        close: async (closing) => {
          if (closing.spent !== undefined) newest.set(target, closing.spent.fingerprint);
          await held.close(closing);
        },
        isSpent: async (fingerprint) =>
          newest.get(target) === fingerprint ? await held.isSpent(fingerprint) : undefined,
      }));
      return change(base);
    },
  ),
  forgetful(
    "forgets spent tokens",
    "a spent token stays spent after a crash",
    /falsy|== true|undefined/,
    async (base) => ({
      ...base,
      spent: async () => undefined,
    }),
  ),
  broken(
    "mixes up the spent tokens of targets",
    "targets do not know each other's tokens",
    /spent at another target/,
    (base) => {
      const targets = new Set<string>();
      return {
        hold: async (target, work, options) => {
          targets.add(target);
          return await base.hold(target, work, options);
        },
        spent: async (_, fingerprint) => {
          for (const target of targets) {
            const found = await base.spent(target, fingerprint);
            if (found !== undefined) return found;
          }
          return undefined;
        },
      };
    },
  ),
  broken("waits for the holder when it peeks", "peek does not wait for the holder", /it waited/, (base) => ({
    peek: async (target) => await base.hold(target, async (held) => await held.snapshot(), patient),
  })),
  {
    defect: "leaves something behind when it peeks",
    caughtBy: "looking changes nothing: a state that is not there",
    saying: /appeared/,
    create: () => {
      const base = memoryState();
      const stored = new Map<string, Uint8Array>();
      const peek: GrantState["peek"] = async (target) => {
        stored.set("state.db-shm", new Uint8Array(1));
        return await base.peek(target);
      };
      return { state: { ...base, peek }, contents: async () => new Map(stored), dispose: async () => undefined };
    },
  },
  {
    defect: "stores tokens in the clear",
    caughtBy: "no token can be read from what is stored",
    saying: /can be read/,
    create: () => {
      const base = memoryState();
      const contents = async (): Promise<ReadonlyMap<string, Uint8Array>> =>
        new Map([["state.db", (await base.peek("t")).open?.answer?.body ?? new Uint8Array()]]);
      return { state: base, contents, dispose: async () => undefined };
    },
  },
  broken(
    "sets an alert whatever it was decided from",
    "an alert decided from something else changes nothing",
    /true !== false/,
    withAlerts((base) => ({
      put: async (next, entries) => await base.put(next, entries, await base.get(next.subject, next.condition)),
    })),
  ),
  broken(
    "queues alerts that were not set",
    "an alert decided from something else changes nothing",
    /was queued/,
    withAlerts((base) => ({
      put: async (next, entries, expected) => {
        const done = await base.put(next, entries, expected);
        const other = { ...next, condition: "queued" };
        if (!done) await base.put(other, entries, await base.get(other.subject, other.condition));
        return done;
      },
      list: async () => (await base.list()).filter(({ condition }) => condition !== "queued"),
    })),
  ),
  forgetful("loses the outbox", "alerts and outbox are durable", /deep-equal/, async (base) => ({
    ...base,
    alerts: { ...base.alerts, outbox: async () => [] },
  })),
];
