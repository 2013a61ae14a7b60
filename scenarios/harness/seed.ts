/** What all random choices of a scenario come from: `TOKENWARD_SEED`, else a new one. A failure must print it. */
export const seed: number = Number(process.env["TOKENWARD_SEED"] ?? Math.floor(Math.random() * 2 ** 32));

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
