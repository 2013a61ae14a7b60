import type { ScenarioPlatform } from "./platforms.ts";

/** When a process is struck: right at a step's event, or so many milliseconds after it was started or had reached one. */
export type StrikePoint =
  | { readonly at: string }
  | { readonly after: "start" | (typeof anchors)[number]; readonly milliseconds: number };

/** One run of one process that is killed, or asked to stop. */
export interface Strike {
  readonly n: number;
  readonly platform: ScenarioPlatform;
  readonly signal: "SIGKILL" | "SIGTERM";
  readonly point: StrikePoint;
}

/** What an undisturbed run on a platform looks like. */
export interface Undisturbed {
  /** The events of its refresh path, in their order. */
  readonly events: readonly string[];
  /** From its start to its end. */
  readonly milliseconds: number;
}

// Random strikes spread over the whole run would mostly hit the start of Node. These begin where it matters.
const anchors = ["probe:end", "intent:start", "send:start", "answer:start", "save:start"] as const;
const closely = 6;

const platforms = ["tiktok", "crm-grace", "crm-retry-safe", "youtube"] as const;

/** Five of eight strikes hit a barrier, every step in turn; the others hit at random times. */
export function planStrikes(
  count: number,
  undisturbed: ReadonlyMap<ScenarioPlatform, Undisturbed>,
  random: () => number,
): readonly Strike[] {
  const every = barriers(undisturbed);
  const atBarriers = Math.ceil((count * 5) / 8);
  return Array.from({ length: count }, (_, index) => {
    const barrier = every[index % every.length];
    if (barrier === undefined) throw new Error("no undisturbed run has any event");
    return { n: index + 1, ...(index < atBarriers ? barrier : atRandom(undisturbed, random)) };
  });
}

/** In words: `SIGKILL at intent:end on tiktok`. */
export function strikeInWords({ n, platform, signal, point }: Strike): string {
  const where = "at" in point ? `at ${point.at}` : `${String(point.milliseconds)} ms after ${point.after}`;
  return `run ${String(n)}: ${signal} ${where} on ${platform}`;
}

// First what can lose most, so that a short plan is cut off at the other end.
function barriers(undisturbed: ReadonlyMap<ScenarioPlatform, Undisturbed>): readonly Omit<Strike, "n">[] {
  const on = (platform: ScenarioPlatform, signal: Strike["signal"]): readonly Omit<Strike, "n">[] =>
    (undisturbed.get(platform)?.events ?? []).map((at) => ({ platform, signal, point: { at } }));
  const forgiving = platforms.slice(1);
  return [
    ...on("tiktok", "SIGKILL"),
    ...on("tiktok", "SIGTERM"),
    ...forgiving.flatMap((platform) => on(platform, "SIGKILL")),
    ...forgiving.flatMap((platform) => on(platform, "SIGTERM")),
  ];
}

function atRandom(undisturbed: ReadonlyMap<ScenarioPlatform, Undisturbed>, random: () => number): Omit<Strike, "n"> {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const platform = random() < 0.6 ? "tiktok" : pick(platforms);
  const signal = random() < 0.7 ? "SIGKILL" : "SIGTERM";
  const { events, milliseconds } = undisturbed.get(platform) ?? { events: [], milliseconds: 0 };
  const after = pick(["start" as const, ...anchors.filter((anchor) => events.includes(anchor))]);
  const within = after === "start" ? milliseconds : closely;
  return { platform, signal, point: { after, milliseconds: Math.floor(random() * within) } };
}
