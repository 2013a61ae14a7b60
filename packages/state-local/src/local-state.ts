import { resolve } from "node:path";
import { platformFolder, systemIdentity, type GrantState, type Identity, type Snapshot } from "@tokenward/core/plugin";
import { localAlerts } from "./alerts.ts";
import { corrupt } from "./failure.ts";
import { localFacts } from "./facts.ts";
import { heldTarget } from "./held.ts";
import { needsOpening, snapshotOf } from "./snapshot.ts";
import { stateFolder, type StateFolder } from "./state-folder.ts";
import { anotherIdentity, type Writer } from "./writer.ts";

/** What {@link localState} takes. */
export interface LocalStateOptions {
  /** Default `TOKENWARD_STATE_DIR`, else the platform's folder for state (`~/.local/state/tokenward` on Linux). */
  readonly folder?: string | undefined;
  /**
   * Whether this machine's disk is gone after the run. Default: whether `CI` is set (to anything but nothing, `0` or
   * `false`).
   */
  readonly ephemeral?: boolean | undefined;
  /** What seals the records. Default: the identity that `env` points at. */
  readonly identity?: Identity | undefined;
  /** Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/**
 * The state of one machine: leases, journal, spent tokens, alerts and facts, in SQLite, shared by all processes of one
 * OS user. Tokens and raw answers are sealed. Makes and opens nothing before it is needed; reading changes no byte.
 *
 * @example
 * ```ts
 * import { localState } from "@tokenward/state-local";
 *
 * const state = localState({ folder: "/var/lib/my-service/tokenward" });
 * ```
 *
 * @throws every method: `ERR_STATE_UNREADABLE`, `ERR_STATE_CORRUPT`, `ERR_STATE_NEWER_SCHEMA`, `ERR_STATE_BUSY`,
 * `ERR_STATE_NETWORK_FOLDER`, `ERR_STATE_IDENTITY_MISSING`, `ERR_STATE_IDENTITY_INVALID`; what writes also
 * `ERR_STATE_UNWRITABLE`; holding also `ERR_AUTH_LEASE_BUSY` and `ERR_STATE_LEASE_LOST`
 */
export function localState(options: LocalStateOptions = {}): GrantState {
  const env = options.env ?? process.env;
  const folder = stateFolder(resolve(options.folder ?? (env["TOKENWARD_STATE_DIR"] || platformFolder("state", env))));
  const identity = options.identity ?? systemIdentity(env);
  const user = {};
  const holding = new Set<Promise<unknown>>();
  let closed = false;

  const refuseClosed = (): void => {
    if (closed) throw new TypeError("This state was closed.");
  };
  const writer = (): Writer => {
    refuseClosed();
    return folder.writer(user);
  };

  const hold: GrantState["hold"] = async (target, work, { waitAtMost, signal }) => {
    signal?.throwIfAborted();
    // Before the lease: what cannot be written must not keep others waiting.
    const opened = writer();
    const sealer = await opened.sealer(identity);
    const lease = await folder.leases.acquire(target, waitAtMost, signal);
    try {
      refuseClosed();
      const { held, settled } = heldTarget(target, lease, opened, sealer);
      try {
        return await work(held);
      } finally {
        await settled();
      }
    } finally {
      lease.release();
    }
  };

  return {
    traits: { ephemeral: options.ephemeral ?? isSet(env["CI"]), shared: false },
    peek: async (target) => {
      refuseClosed();
      return await peek(folder, target, identity);
    },
    spent: async (target, fingerprint) => {
      refuseClosed();
      return await folder.read((records) => records.spent(target, fingerprint));
    },
    hold: async (target, work, bounds) => {
      const done = hold(target, work, bounds);
      holding.add(done);
      try {
        return await done;
      } finally {
        holding.delete(done);
      }
    },
    alerts: localAlerts(folder, writer),
    facts: localFacts(folder, writer),
    close: async () => {
      closed = true;
      await Promise.allSettled(holding);
      await folder.leave(user);
    },
  };
}

async function peek(folder: StateFolder, target: string, identity: Identity): Promise<Snapshot> {
  const seen = await folder.read((records) => {
    const row = records.target(target);
    return { row, check: needsOpening(row) ? records.keyCheck() : undefined };
  });
  const row = seen?.row;
  // What holds nothing sealed needs no identity, which may not even be there yet.
  const sealer = needsOpening(row) ? await folder.sealerForReading(identity) : undefined;
  return snapshotOf(
    row,
    target,
    (kind, _, sealed) => {
      const plain = sealer?.open(kind, target, sealed);
      if (plain !== undefined) return plain;
      if (sealer !== undefined && sealer.check !== seen?.check) throw anotherIdentity(identity);
      throw corrupt(folder.database, "a sealed record in it was changed");
    },
    folder.database,
  );
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "0" && value.toLowerCase() !== "false";
}
