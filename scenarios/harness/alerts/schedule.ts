import { seededRandom } from "../seed.ts";

/** What a platform does with one grant's request. */
export type Weather = "fine" | "down" | "throttled" | "client-rejected" | "dead" | "drift";

interface Spell {
  readonly from: number;
  readonly to: number;
  readonly kind: "outage" | "flapping" | "throttling" | "client-rejected";
}

/** What happens to one grant: it dies, or loses a scope, until a human consents again. */
interface Mishap {
  readonly at: number;
  readonly mendedAt: number;
  readonly kind: "dead" | "drift";
}

/** A grant of the world. */
export interface WorldGrant {
  readonly id: string;
  readonly platform: string;
  readonly mishaps: readonly Mishap[];
}

/** How long, how many, and how often. */
export interface Size {
  readonly days: number;
  readonly grants: number;
  readonly runsPerDay: number;
}

const platforms = ["north", "east", "south", "west"] as const;

/** Everything that will happen, decided by a seed before anything does. The last two days are calm. */
export class Schedule {
  readonly grants: readonly WorldGrant[];
  readonly hours: number;
  readonly #spells = new Map<string, readonly Spell[]>();
  readonly #seed: number;

  constructor({ days, grants }: Size, seed: number) {
    const random = seededRandom(seed);
    const calm = (days - 2) * 24;
    this.#seed = seed;
    this.hours = days * 24;
    for (const platform of platforms) this.#spells.set(platform, spellsOf(calm, random));
    this.grants = Array.from({ length: grants }, (_, index): WorldGrant => {
      const platform = platforms[index % platforms.length] as string;
      const troubled = random() < 0.25;
      const at = Math.floor(random() * calm * 0.8);
      const mendedAt = Math.min(calm, at + 12 + Math.floor(random() * 96));
      const kind = random() < 0.6 ? "dead" : "drift";
      return {
        id: `${platform}/g${String(index).padStart(3, "0")}`,
        platform,
        mishaps: troubled ? [{ at, mendedAt, kind }] : [],
      };
    });
  }

  weather({ id, platform, mishaps }: WorldGrant, hour: number): Weather {
    const mishap = mishaps.find(({ at, mendedAt }) => hour >= at && hour < mendedAt);
    const spell = this.#spells.get(platform)?.find(({ from, to }) => hour >= from && hour < to);
    if (spell?.kind === "outage") return "down";
    if (spell?.kind === "throttling") return "throttled";
    if (spell?.kind === "client-rejected") return "client-rejected";
    if (spell?.kind === "flapping" && this.#chance(id, hour) < 0.4) return "down";
    return mishap?.kind ?? "fine";
  }

  /** Which consent is the newest, from 1: a dead grant's human consents again when it is mended. */
  consent({ mishaps }: WorldGrant, hour: number): { readonly number: number; readonly at: number } {
    const mended = mishaps.filter(({ mendedAt }) => hour >= mendedAt);
    return { number: 1 + mended.length, at: mended.at(-1)?.mendedAt ?? 0 };
  }

  /** The same for one grant and hour, however often it asks. */
  #chance(id: string, hour: number): number {
    let mixed = this.#seed ^ (hour * 2_654_435_761);
    for (const character of id) mixed = Math.imul(mixed ^ character.charCodeAt(0), 16_777_619);
    return seededRandom(mixed)();
  }
}

function spellsOf(calm: number, random: () => number): readonly Spell[] {
  const kinds = ["outage", "flapping", "throttling", "client-rejected", "flapping", "outage"] as const;
  const spells: Spell[] = [];
  for (let from = 6 + Math.floor(random() * 24); from < calm - 6;) {
    const to = Math.min(calm, from + 6 + Math.floor(random() * 40));
    spells.push({ from, to, kind: kinds[Math.floor(random() * kinds.length)] ?? "outage" });
    from = to + 12 + Math.floor(random() * 60);
  }
  return spells;
}
