import type { PluginIO, WriteBack } from "@tokenward/core/plugin";
import type { ConformanceCase, DisposableFixture } from "../conformance.ts";

/** A write that is on its way to the place and has not got there. */
export interface PausedWrite {
  /** Resolves when the write is on its way: all that was to be compared before it has been compared. */
  readonly reached: Promise<void>;
  /** Lets it go on. */
  release(): void;
}

/** One write-back under test, with nothing stored in it yet. */
export interface WriteBackFixture extends DisposableFixture {
  readonly writeBack: WriteBack;
  /** What it may touch. Default: {@link testIO}. */
  readonly io?: PluginIO | undefined;
  /** Grants that it can tell apart, more than two. Default: ids that differ in case, in a dot, in an account. */
  readonly grants?: readonly string[] | undefined;
  /** The same place seen by another process, which knows nothing but what is stored. */
  another?(): Promise<WriteBack>;
  /** Everything that is stored in the open, by name. Absent where tokens are meant to be readable there. */
  contents?(): Promise<ReadonlyMap<string, Uint8Array>>;
  /** Makes the place refuse to be written from here on, as a full disk or a lost permission does. */
  refuseWrites?(): Promise<void>;
  /** Makes what is stored unreadable from here on, as a lost permission or a damaged disk does. */
  refuseReads?(): Promise<void>;
  /**
   * Lets the place take every call from here on and answer none. The write-back's own patience must be longer than 10
   * seconds, so that what ends its calls is the signal.
   */
  hang?(): Promise<void>;
  /**
   * Lets the place do so many more writes and be gone with the last of them, before it answers that one; with 0 it is
   * gone at once. Calls to a place that is gone fail soon. With a save that takes fewer writes nothing happens.
   *
   * @returns what brings it back, with all that was written
   */
  interrupt?(writes: number): Promise<() => Promise<void>>;
  /**
   * Holds the next write to the place just before it gets there, and no other one. Absent where a lock keeps rivals
   * away from before the comparison to after the write: they would wait for each other.
   */
  pauseWrite?(): Promise<PausedWrite>;
  /** Bytes of a token that is longer than fits. Absent where nothing but the disk is the limit. */
  readonly tooLong?: number | undefined;
}

/** One property that every write-back has. */
export type WriteBackCase = ConformanceCase<WriteBackFixture>;
