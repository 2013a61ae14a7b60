const given = process.env["TOKENWARD_SEED"];
const exploring = given === "random" || process.env["TOKENWARD_SCALE"] === "soak";

/**
 * What all random choices of a scenario come from: `TOKENWARD_SEED`, else a fixed one, so that a red run is red again.
 * `TOKENWARD_SEED=random` and the soak form look for new cases. A failure must print it.
 */
export const seed: number =
  given !== undefined && given !== "random"
    ? Number(given)
    : exploring
      ? Math.floor(Math.random() * 2 ** 32)
      : 20_261_122;

/** The same numbers in [0, 1) for the same seed (mulberry32). */
export function seededRandom(from: number = seed): () => number {
  let state = from >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** So many of a list, each once; all where it has fewer. */
export function chosen<T>(from: readonly T[], count: number, random: () => number): readonly T[] {
  const left = [...from];
  const take = (): T => left.splice(Math.floor(random() * left.length), 1)[0] as T;
  return Array.from({ length: Math.min(count, left.length) }, take);
}
