import type { Held } from "@tokenward/core/plugin";
import { broken, unleased, type BrokenState } from "./breaking.ts";

/** Defects of leases that the suite must find. */
export const brokenLeases: readonly BrokenState[] = [
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
];
