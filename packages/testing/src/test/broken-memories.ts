import { memoryState } from "@tokenward/core";
import type { AlertChange, AlertState, AlertStore, GrantState } from "@tokenward/core/plugin";
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
    withAlerts((base) => ({ put: async (changes, entries) => await base.put(await asIs(base, changes), entries) })),
  ),
  broken(
    "queues alerts that were not set",
    "an alert decided from something else changes nothing",
    /was queued/,
    withAlerts((base) => ({
      put: async (changes, entries) => {
        const done = await base.put(changes, entries);
        if (!done) await base.put([], entries);
        return done;
      },
    })),
  ),
  broken(
    "expects the very object that it was given",
    "an alert is set once it is decided from what is there",
    /false !== true/,
    withAlerts((base) => {
      const known = new Set<AlertState>();
      return {
        put: async (changes, entries) => {
          const strange = changes.some(({ expected }) => expected !== undefined && !known.has(expected));
          const done = !strange && (await base.put(changes, entries));
          for (const { next } of changes) if (done && next !== undefined) known.add(next);
          return done;
        },
      };
    }),
  ),
  broken(
    "sets alerts one by one",
    "several alerts are set at once or not at all",
    /half of it/,
    withAlerts((base) => ({
      put: async (changes, entries) => {
        for (const change of changes) if (!(await base.put([change], []))) return false;
        return await base.put([], entries);
      },
    })),
  ),
  broken(
    "keeps what is forgotten",
    "an alert that is forgotten is unknown again",
    /still there/,
    withAlerts((base) => ({
      put: async (changes, entries) =>
        await base.put(
          changes.map(({ expected, next }) => ({ expected, next: next ?? expected })),
          entries,
        ),
    })),
  ),
  broken(
    "takes two installations for one",
    "installations know nothing of each other's alerts",
    /taken for one/,
    withAlerts((base) => ({
      put: async (changes, entries) =>
        await base.put(
          changes.map(({ expected, next }) => ({ expected: inOne(expected), next: inOne(next) })),
          entries,
        ),
    })),
  ),
  broken(
    "gives the messages of all installations",
    "installations know nothing of each other's alerts",
    /would be delivered/,
    withAlerts((base) => {
      const seen = new Set<string>();
      return {
        put: async (changes, entries) => {
          for (const entry of entries) seen.add(entry.installation);
          return await base.put(changes, entries);
        },
        outbox: async () => (await Promise.all([...seen].map(async (one) => await base.outbox(one)))).flat(),
      };
    }),
  ),
  broken(
    "lets everybody be first",
    "of those who saw the same alert, one is first",
    /!== 1/,
    withAlerts((base) => ({
      put: async (changes, entries) => (await base.put(await asIs(base, changes), entries)) || true,
    })),
  ),
  broken(
    "gives only what is due",
    "the outbox gives everything, oldest first, until it is delivered",
    /deep-equal/,
    withAlerts((base) => ({
      outbox: async (installation) =>
        (await base.outbox(installation)).filter(({ notBefore }) => notBefore.getUTCSeconds() < 40),
    })),
  ),
  broken(
    "puts what failed behind the others",
    "the outbox gives everything, oldest first, until it is delivered",
    /deep-equal/,
    withAlerts((base) => ({
      outbox: async (installation) =>
        (await base.outbox(installation)).toSorted((left, right) => left.attempts - right.attempts),
    })),
  ),
  broken(
    "refuses messages without an alert",
    "a message that is there already is not queued again",
    /messages alone/,
    withAlerts((base) => ({
      put: async (changes, entries) => changes.length > 0 && (await base.put(changes, entries)),
    })),
  ),
  broken(
    "queues a message again that is there",
    "a message that is there already is not queued again",
    /deep-equal/,
    withAlerts((base) => ({
      put: async (changes, entries) => {
        for (const { id } of entries) await base.settle(id, "delivered");
        return await base.put(changes, entries);
      },
    })),
  ),
  forgetful("loses the outbox", "alerts and outbox are durable", /deep-equal/, async (base) => ({
    ...base,
    alerts: { ...base.alerts, outbox: async () => [] },
  })),
];

/** Changes that expect whatever is there. */
async function asIs(base: AlertStore, changes: readonly AlertChange[]): Promise<readonly AlertChange[]> {
  return await Promise.all(
    changes.map(async ({ expected, next }) => {
      const about = next ?? expected;
      const known = await base.list(about?.installation ?? "");
      const same = known.find(({ subject, condition }) => subject === about?.subject && condition === about.condition);
      return { expected: same, next };
    }),
  );
}

function inOne(state: AlertState | undefined): AlertState | undefined {
  return state && { ...state, installation: "one" };
}
