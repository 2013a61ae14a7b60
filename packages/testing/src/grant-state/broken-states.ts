import type { AlertStore, GrantState, Held, OpenExchange } from "@tokenward/core/plugin";
import { memoryState } from "@tokenward/core";
import type { GrantStateFixture } from "./fixture.ts";
import { intentOf, patient } from "./samples.ts";

/** A state with one defect, and the case that is meant to find it. */
export interface BrokenState {
  readonly defect: string;
  readonly caughtBy: string;
  /** Part of the message with which it is found. */
  readonly saying: RegExp;
  create(): GrantStateFixture;
}

/** Puts something else in place of some members. */
type Change = (base: GrantState) => Partial<GrantState>;

function broken(
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
function forgetful(
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
function withHeld(change: (held: Held, base: GrantState, target: string) => Partial<Held>): Change {
  return (base) => ({
    hold: async (target, work, options) =>
      await base.hold(target, async (held) => await work({ ...held, ...change(held, base, target) }), options),
  });
}

/** A holder without a lease: it takes one for a moment, for each single thing. */
function unleased(base: GrantState, target: string): Held {
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

// The journal of the state that is left behind is not touched: its holder is still at work.
function seeing(base: GrantState, open: (open: OpenExchange | undefined) => OpenExchange | undefined): GrantState {
  return {
    ...base,
    peek: async (target) => {
      const { open: seen, ...rest } = await base.peek(target);
      const shown = open(seen);
      return shown === undefined ? rest : { ...rest, open: shown };
    },
  };
}

function alerts(change: (base: AlertStore) => Partial<AlertStore>): Change {
  return (base) => ({ alerts: { ...base.alerts, ...change(base.alerts) } });
}

/** Every defect that the suite must find. */
export const brokenStates: readonly BrokenState[] = [
  broken("lets two holders in at once", "one target has one holder at a time", /two holders/, (base) => ({
    hold: async (target, work) => await work(unleased(base, target)),
  })),
  broken(
    "runs the work when it could not get the lease",
    "work never runs without the lease, however long it took",
    /Missing expected rejection/,
    (base) => ({
      hold: async (target, work, options) => {
        try {
          return await base.hold(target, work, options);
        } catch {
          return await work(unleased(base, target));
        }
      },
    }),
  ),
  broken("waits although waitAtMost is 0", "waitAtMost 0 tries once", /it waited/, (base) => ({
    hold: async (target, work, options) =>
      await base.hold(target, work, { ...options, waitAtMost: options.waitAtMost || 5000 }),
  })),
  broken(
    "does not hear an abort while it waits",
    "whoever stops waiting leaves at once, and the others in line",
    /went on waiting/,
    (base) => ({
      hold: async (target, work, { waitAtMost, signal }) => {
        signal?.throwIfAborted();
        return await base.hold(target, work, { waitAtMost });
      },
    }),
  ),
  broken(
    "keeps the lease when the work fails",
    "work that fails passes its own error on, and the lease",
    /LEASE_BUSY|another process/,
    (base) => ({
      hold: async (target, work, options) => {
        let failure: { readonly error: unknown } | undefined;
        const done = new Promise<unknown>((resolve, reject) => {
          const stay = async (held: Held): Promise<void> => {
            try {
              resolve(await work(held));
            } catch (error) {
              failure = { error };
              reject(error);
              await new Promise(() => undefined);
            }
          };
          base.hold(target, stay, options).catch((error: unknown) => failure ?? reject(error));
        });
        return (await done) as never;
      },
    }),
  ),
  broken(
    "lets a former holder go on",
    "a former holder can do nothing any more",
    /Missing expected rejection/,
    (base) => ({
      hold: async (target, work, options) =>
        await base.hold(
          target,
          async (held) => {
            const later = unleased(base, target);
            return await work({
              ...held,
              intent: async (intent) => await (held.signal.aborted ? later : held).intent(intent),
            });
          },
          options,
        ),
    }),
  ),
  broken(
    "does not tell who lost the lease",
    "whoever loses the lease is told, and may not begin anything",
    /intent was taken/,
    () => ({}),
    { loseLease: async () => undefined },
  ),
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
    alerts((base) => ({
      put: async (next, entries) => await base.put(next, entries, await base.get(next.subject, next.condition)),
    })),
  ),
  broken(
    "queues alerts that were not set",
    "an alert decided from something else changes nothing",
    /was queued/,
    alerts((base) => ({
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
