import type { Clock } from "@tokenward/core/plugin";

// A level that was reached by adding up fractions may lack a hair of a whole call.
const hair = 1e-9;

/** How much room one key has. Measured on a clock that never runs backwards, whatever happens to the wall clock. */
export class Level {
  readonly #clock: Clock;
  readonly #capacity: number;
  readonly #perMillisecond: number;
  #room: number;
  #measuredAt: number;
  #closedUntil: number;

  constructor(capacity: number, perMinute: number, clock: Clock) {
    this.#clock = clock;
    this.#capacity = capacity;
    this.#perMillisecond = perMinute / 60_000;
    this.#room = capacity;
    this.#measuredAt = clock.monotonic();
    this.#closedUntil = this.#measuredAt;
  }

  /** Milliseconds until there is room for one call; 0: now. */
  wait(): number {
    const now = this.#measure();
    const growing = this.#room >= 1 - hair ? 0 : Math.ceil((1 - this.#room) / this.#perMillisecond);
    return Math.max(0, growing, this.#closedUntil - now);
  }

  spend(): void {
    this.#measure();
    this.#room -= 1;
  }

  /** Nothing more before that time of the wall clock. A later end that is known already stays. */
  close(until: Date): void {
    const now = this.#measure();
    this.#closedUntil = Math.max(this.#closedUntil, now + until.getTime() - this.#clock.now().getTime());
  }

  /** Never more room than there was: what others used is seen, what the platform would allow beyond us is not. */
  lower(remaining: number): void {
    this.#measure();
    this.#room = Math.min(this.#room, remaining);
  }

  /** Whether forgetting this key would change nothing. */
  get isFull(): boolean {
    return this.wait() === 0 && this.#room >= this.#capacity - hair;
  }

  #measure(): number {
    const now = this.#clock.monotonic();
    this.#room = Math.min(this.#capacity, this.#room + (now - this.#measuredAt) * this.#perMillisecond);
    this.#measuredAt = now;
    return now;
  }
}
