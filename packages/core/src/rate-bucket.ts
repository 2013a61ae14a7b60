/**
 * Budgets of calls. Several keys are taken all or none: a location's together with its organisation's.
 *
 * The engine takes one call before each exchange. Its keys are the token endpoint's address and, after a space, the
 * client's id; `observe` and `penalize` name the same key.
 */
export interface RateBucket {
  /**
   * Takes one call from every key, or from none. Those who wait are served in the order in which they came.
   *
   * @param options.waitAtMost milliseconds; 0 tries once. Absent: as long as it takes
   * @throws `ERR_AUTH_THROTTLED` (class `throttled`) when there is no room within `waitAtMost`; the signal's reason when
   *   it is aborted
   */
  take(
    keys: string | readonly string[],
    options: { readonly waitAtMost?: number | undefined; readonly signal?: AbortSignal | undefined },
  ): Promise<void>;
  /** Nothing more before `until`: what a 429 said. */
  penalize(key: string, until: Date): void | Promise<void>;
  /** What the platform's own headers say is left. */
  observe(key: string, seen: { readonly remaining: number; readonly until: Date }): void | Promise<void>;
}
