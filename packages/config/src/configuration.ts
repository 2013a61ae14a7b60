import type { AlertPolicy, GrantPlan, GrantState, Heartbeat, NamedNotifier, RateBucket } from "@tokenward/core";
import type { NamedWriteBack } from "./level.ts";
import type { LoadedPlugin } from "./load-plugin.ts";

/** A grant of the file. */
export interface ConfiguredGrant extends GrantPlan {
  /** Whether `all` means this one, too. */
  readonly enabled: boolean;
  /** Where the file says which write-back it has: `auth.writeback`, or a platform's or account's own. */
  readonly writeBackKey: string;
}

/** A configuration file without mistakes, as the engine needs it. */
export interface Configuration {
  /** The file. */
  readonly path: string;
  /** Its folder; relative paths in it are meant from here. */
  readonly folder: string;
  /**
   * Every grant that can be worked with, in the order of the file. A switched-off one whose variables or plugin are
   * missing is not here, and `select` says why.
   */
  readonly plans: readonly ConfiguredGrant[];
  readonly state: GrantState;
  readonly notifiers: readonly NamedNotifier[];
  /** Who hears of what, for the engine. The installation is the file's path. */
  readonly alerts: AlertPolicy;
  /** Pinged by every run, where the file says so. */
  readonly heartbeat?: Heartbeat | undefined;
  /** Asked for room before each exchange, where the file names one. */
  readonly rateBucket?: RateBucket | undefined;
  /** Milliseconds to wait for another process's lease, where the file says so. */
  readonly leaseWait?: number | undefined;
  /** Milliseconds for one exchange, where the file says so. */
  readonly exchangeDeadline?: number | undefined;
  /** Public age keys that a recovery capsule is sealed for. */
  readonly recoveryRecipients: readonly string[];
  /** Folder that recovery capsules are written to. */
  readonly recoveryFolder?: string | undefined;
  readonly plugins: readonly LoadedPlugin[];
  /**
   * The grants that a command means: `all` (without those that are switched off), a platform (all its accounts that
   * are not switched off; all of them where the whole platform is), or one grant, also a switched-off one.
   *
   * @throws `ERR_CONFIG_GRANT_UNKNOWN`, `ERR_CONFIG_NOTHING_SELECTED`; `ERR_CONFIG_INVALID` ({@link ConfigProblems})
   *   where a switched-off grant is named whose variables or plugin are missing
   */
  select(selection: string): readonly ConfiguredGrant[];
  /**
   * A write-back beside the one in use, with the options that stand for it under `auth.writeback`.
   *
   * @param name as under `backend`
   * @throws `ERR_CONFIG_INVALID` ({@link ConfigProblems}) where it is not installed, or its options are not right
   */
  writeBackNamed(name: string): Promise<NamedWriteBack>;
  /** Closes the state. */
  close(): Promise<void>;
}
