import type { BarrierOptions } from "./control.ts";
import { matches, type Matchable } from "./match.ts";

const mostBarriers = 10_000;

interface Barrier {
  readonly id: string;
  readonly options: BarrierOptions;
  readonly open: Set<() => void>;
}

/** Places where requests wait for each other, for a signal, or for a word. */
export class Barriers {
  readonly #barriers = new Map<string, Barrier>();
  readonly #signalCount: (name: string) => number;
  #issued = 0;

  constructor(signalCount: (name: string) => number) {
    this.#signalCount = signalCount;
  }

  get any(): boolean {
    return this.#barriers.size > 0;
  }

  add(options: BarrierOptions): string {
    if (this.#barriers.size >= mostBarriers) throw new Error(`at most ${String(mostBarriers)} barriers can stand`);
    this.#issued += 1;
    const id = `barrier-${String(this.#issued)}`;
    this.#barriers.set(id, { id, options, open: new Set() });
    return id;
  }

  /** How many requests wait there; 0 when it is open. */
  waiting(id: string): number {
    return this.#barriers.get(id)?.open.size ?? 0;
  }

  /** Opens for good. */
  release(id?: string): void {
    for (const barrier of id === undefined ? this.#barriers.values() : [this.#barriers.get(id)]) {
      if (barrier === undefined) continue;
      this.#barriers.delete(barrier.id);
      for (const open of barrier.open) open();
    }
  }

  /** Opens what has seen enough. */
  review(): void {
    for (const { id, options, open } of this.#barriers.values()) {
      const until = options.until ?? "release";
      if (until === "release") continue;
      const enough = "waiting" in until ? open.size >= until.waiting : this.#signalCount(until.signals) >= until.count;
      if (enough) this.release(id);
    }
  }

  /** Waits at every barrier that is meant for this request. `seen` is called whenever one more request waits. */
  async pass(request: Matchable, at: "before" | "after", seen: () => void): Promise<void> {
    for (const barrier of this.#barriers.values()) {
      if ((barrier.options.at ?? "before") !== at || !matches(barrier.options.match, request)) continue;
      await new Promise<void>((resolve) => {
        barrier.open.add(resolve);
        this.review();
        seen();
      });
    }
  }
}
