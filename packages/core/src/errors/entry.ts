/** One failure as data. `{placeholders}` are filled when it is thrown. */
export interface ErrorEntry {
  /** What happened, in one sentence. */
  readonly what: string;
  /** Why that can happen, for the documentation. */
  readonly why: string;
  /** What to do, in one sentence; with the exact command where there is one. */
  readonly fix: string;
}
