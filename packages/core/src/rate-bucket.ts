/** Budgets of calls. Several keys are taken all or none: a location's together with its organisation's. */
export interface RateBucket {
  /**
   * @param options.waitAtMost milliseconds; 0 tries once
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
