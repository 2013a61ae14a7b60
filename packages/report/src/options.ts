/** What a report says beside what a run found. */
export interface ReportOptions {
  /** When the run was: all days are counted from here. */
  readonly at: Date;
  /** Where it ran. Default: not said. */
  readonly host?: string | undefined;
  /** Default `Tokens`. */
  readonly title?: string | undefined;
}
