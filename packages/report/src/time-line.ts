import type { RefreshStatus } from "@tokenward/core";
import { escaped } from "./escape.ts";
import { placeOf, tickPlace, ticks } from "./scale.ts";
import { minuteOf, spanInWords } from "./words.ts";

/** What can be marked on the line, each with a shape of its own. */
export const marks = {
  access: { shape: "circle", words: "access token ends" },
  decay: { shape: "diamond", words: "refresh token dies if it is not used" },
  consent: { shape: "triangle", words: "a human must have consented again" },
} as const;

type Kind = keyof typeof marks;

/** One grant's line: shapes for those who see them, a sentence for those who do not. */
export function timeLine(status: RefreshStatus, now: Date): string {
  const known = endsOf(status);
  if (known.length === 0) return '<p class="unknown">No end of it is known.</p>';
  const reach = Math.max(...known.map(([, time]) => placeOf(time, now)));
  const shapes = known.map(([kind, time]) => `<i class="mark ${marks[kind].shape} p${placeOf(time, now)}"></i>`);
  const spoken = known.map(([kind, time]) => `${marks[kind].words} ${spanInWords(time, now)}`);
  return [
    `<div class="line" aria-hidden="true"><b class="bar w${reach}"></b>${shapes.join("")}</div>`,
    `<p class="ends"><span class="hidden">${escaped(`${spoken.join("; ")}.`)}</span>${known.map(([kind, time]) => label(kind, time, now)).join("")}</p>`,
  ].join("\n");
}

function label(kind: Kind, time: Date, now: Date): string {
  return `<span aria-hidden="true" title="${minuteOf(time)}"><i class="key ${marks[kind].shape}"></i>${escaped(spanInWords(time, now))}</span>`;
}

// A consent that is due when the token dies unused anyway is one end, not two.
function endsOf({ expiresAt, decaysAt, reauthBy }: RefreshStatus): readonly (readonly [Kind, Date])[] {
  const ends: (readonly [Kind, Date])[] = [];
  if (expiresAt !== undefined && expiresAt.getTime() !== reauthBy?.getTime()) ends.push(["access", expiresAt]);
  if (decaysAt !== undefined) ends.push(["decay", decaysAt]);
  if (reauthBy !== undefined && reauthBy.getTime() !== decaysAt?.getTime()) ends.push(["consent", reauthBy]);
  return ends;
}

/** The days above the lines, and what the shapes mean. */
export function legend(): string {
  const days = ticks.map(({ label: text }, index) => `<span class="tick p${tickPlace(index)}">${text}</span>`);
  const shapes = Object.values(marks).map(
    ({ shape, words }) => `<li><i class="key ${shape}" aria-hidden="true"></i>${words}</li>`,
  );
  return `<ul class="legend">${shapes.join("")}</ul>\n<div class="axis" aria-hidden="true">${days.join("")}</div>`;
}
