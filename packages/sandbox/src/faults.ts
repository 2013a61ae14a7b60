import type { Fault, FaultEffects } from "./fault.ts";
import { matches, type Matchable } from "./match.ts";

const mostFaults = 100_000;

interface Armed {
  readonly id: string;
  readonly fault: Fault;
  readonly decides: boolean;
  seen: number;
  left: number;
}

/** What all faults together do to one request. */
export interface CombinedEffects {
  readonly ids: readonly string[];
  /** Of the one fault that decides the answer, if any does. */
  readonly decisive: FaultEffects;
  readonly delays: readonly NonNullable<FaultEffects["delay"]>[];
  readonly echo: boolean;
  readonly dateOffsetSeconds: number;
  readonly expiresIn: number | undefined;
  readonly refreshExpiresIn: number | undefined;
}

/** A request that nothing happens to. */
export const noEffects: CombinedEffects = {
  ids: [],
  decisive: {},
  delays: [],
  echo: false,
  dateOffsetSeconds: 0,
  expiresIn: undefined,
  refreshExpiresIn: undefined,
};

/** The faults that are armed, oldest first. */
export class Faults {
  #armed: Armed[] = [];
  #issued = 0;

  arm(fault: Fault): string {
    if (this.#armed.length >= mostFaults) throw new Error(`at most ${String(mostFaults)} faults can be armed`);
    this.#issued += 1;
    const id = `fault-${String(this.#issued)}`;
    this.#armed.push({ id, fault, decides: decides(fault), seen: 0, left: leftOf(fault) });
    return id;
  }

  disarm(id?: string): void {
    this.#armed = id === undefined ? [] : this.#armed.filter((armed) => armed.id !== id);
  }

  /** Takes what applies to this request; one-time faults are used up. */
  take(request: Matchable): CombinedEffects {
    if (this.#armed.length === 0) return noEffects;
    const hits: Armed[] = [];
    let decided = false;
    for (const armed of this.#armed) {
      if (!matches(armed.fault.match, request)) continue;
      armed.seen += 1;
      const due = isDue(armed);
      // A fault for the n-th request means exactly that request; it cannot wait for another one.
      if (due === "exactly") armed.left -= 1;
      if (due === "no" || (armed.decides && decided)) continue;
      if (due === "yes") armed.left -= 1;
      decided ||= armed.decides;
      hits.push(armed);
    }
    if (hits.length === 0) return noEffects;
    if (hits.some((armed) => armed.left <= 0)) this.#armed = this.#armed.filter((armed) => armed.left > 0);
    return combine(hits);
  }
}

function decides(fault: Fault): boolean {
  return [fault.refuse, fault.answer, fault.drop, fault.hang, fault.rewrite].some((effect) => effect !== undefined);
}

function leftOf(fault: Fault): number {
  const when = fault.when ?? "next";
  if (when === "next") return 1;
  if (when === "always") return Number.POSITIVE_INFINITY;
  if ("times" in when) return when.times;
  return new Set([when.nth].flat()).size;
}

function isDue({ fault, seen }: Armed): "yes" | "exactly" | "no" {
  const { when } = fault;
  if (typeof when !== "object" || "times" in when) return "yes";
  return [when.nth].flat().includes(seen) ? "exactly" : "no";
}

function combine(hits: readonly Armed[]): CombinedEffects {
  const effects = hits.map((armed) => armed.fault);
  return {
    ids: hits.map((armed) => armed.id),
    decisive: hits.find((armed) => armed.decides)?.fault ?? {},
    delays: effects.flatMap((effect) => effect.delay ?? []),
    echo: effects.some((effect) => effect.echo === true),
    dateOffsetSeconds: effects.reduce((sum, effect) => sum + (effect.dateOffsetSeconds ?? 0), 0),
    expiresIn: effects.find((effect) => effect.expiresIn !== undefined)?.expiresIn,
    refreshExpiresIn: effects.find((effect) => effect.refreshExpiresIn !== undefined)?.refreshExpiresIn,
  };
}
