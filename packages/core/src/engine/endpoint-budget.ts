import type { Clock } from "../clock.ts";

/** Requests under way at one token endpoint. More would look like an attack to the platform, and gain nothing. */
export const mostUnderWay = 16;

/**
 * What all grants of one token endpoint share: how many requests are under way, until when it asked for patience, and
 * how many repetitions an outage may cost. So five hundred grants of one platform do not become two thousand requests
 * when it is down, and one slow platform never takes the place of another.
 */
export class EndpointBudget {
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;
  #requests = 0;
  #repetitions = 0;
  #closedUntil = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs one request when there is room for it. */
  async run<T>(request: () => Promise<T>): Promise<T> {
    if (this.#underWay >= mostUnderWay) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#underWay++;
    this.#requests++;
    try {
      return await request();
    } finally {
      const next = this.#waiting.shift();
      // The place passes straight on to the next in line, so that nobody can slip in between.
      if (next === undefined) this.#underWay--;
      else next();
    }
  }

  /** Nothing before `until`: the endpoint said so. */
  penalize(until: Date): void {
    this.#closedUntil = Math.max(this.#closedUntil, until.getTime());
  }

  /** Milliseconds until the endpoint may be asked again; 0 when it may be now. */
  patience(): number {
    return Math.max(0, this.#closedUntil - this.#clock.now().getTime());
  }

  /** Whether one more repetition is within what an outage may cost: ten, and a fifth of all first attempts. */
  mayRepeat(): boolean {
    if (this.#repetitions >= 10 + this.#requests / 5) return false;
    this.#repetitions++;
    return true;
  }
}

/** One {@link EndpointBudget} per token endpoint. */
export class EndpointBudgets {
  readonly #clock: Clock;
  readonly #byEndpoint = new Map<string, EndpointBudget>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  of(endpoint: string): EndpointBudget {
    let budget = this.#byEndpoint.get(endpoint);
    if (budget === undefined) {
      budget = new EndpointBudget(this.#clock);
      this.#byEndpoint.set(endpoint, budget);
    }
    return budget;
  }
}
