import type { Output } from "./output.ts";
import { plain } from "./output.ts";
import { grantName } from "./status-table.ts";
import { counted } from "./words.ts";

/** Tells how far a run is: one updating line for a human who watches, one line per grant elsewhere. */
export interface Progress {
  readonly done: (status: Done) => void;
}

/** What is told about one grant. */
export interface Done {
  readonly platform: string;
  readonly account?: string | undefined;
  readonly action: string;
}

/**
 * Progress on stderr.
 *
 * @param doing what the run does, as its line begins: `Refreshing`
 */
export function progressOf(total: number, output: Output, doing: string = "Refreshing"): Progress {
  let finished = 0;
  const show = (text: string): void => output.transient(text.slice(0, output.columns - 1));
  if (output.live) show(`${doing} ${counted(total, "grant")} …`);
  return {
    done: (status) => {
      finished += 1;
      const line = plain(`${grantName(status)}: ${status.action}`);
      if (output.live) show(`${finished} of ${total} done, ${line}`);
      else output.note(line);
    },
  };
}
