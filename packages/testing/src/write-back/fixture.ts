import type { PluginIO, WriteBack } from "@tokenward/core/plugin";
import type { ConformanceCase, DisposableFixture } from "../conformance.ts";

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
}

/** One property that every write-back has. */
export type WriteBackCase = ConformanceCase<WriteBackFixture>;
