import { styleText } from "node:util";
import { redact } from "@tokenward/core";
import { textStream, usualColumns } from "./stream.ts";
import { wrapLines } from "./wrap.ts";

/** The formats that the CLI uses; see `util.styleText`. */
export type Style = Parameters<typeof styleText>[0];

/** The only way to print: data to stdout, everything else to stderr, both redacted. */
export interface Output {
  /** Whether data is wanted as one JSON document. */
  readonly json: boolean;
  /** Characters per line of stdout. */
  readonly columns: number;
  /** Whether a human watches stderr, so that a line may be updated in place. */
  readonly live: boolean;
  /** Prints data: lines to stdout. */
  data(text: string): void;
  /** Prints one message for a human to stderr. */
  note(text: string): void;
  /** Shows a line on stderr that the next message replaces. Only where {@link Output.live}. */
  transient(text: string): void;
  /** Colours text for stdout; plain where stdout is no terminal or `NO_COLOR` is set. */
  style(format: Style, text: string): string;
  /** Removes a line that is still being updated. */
  close(): void;
}

const clearLine = "\r\u001B[2K";
const narrowest = 40;

/** The output of this process. */
export function processOutput(json: boolean): Output {
  const stdout = textStream(1);
  const stderr = textStream(2);
  const { TERM: terminal, FORCE_COLOR: forced } = process.env;
  const colour = stdout.isTerminal || forced !== undefined;
  let lineOpen = false;
  const close = (): void => {
    if (lineOpen) stderr.write(clearLine);
    lineOpen = false;
  };
  return {
    json,
    columns: Math.max(narrowest, stdout.columns ?? usualColumns),
    live: stderr.isTerminal && terminal !== "dumb",
    data: (text) => {
      close();
      stdout.write(`${redact(text)}\n`);
    },
    note: (text) => {
      close();
      const clean = redact(text);
      stderr.write(`${stderr.columns === undefined ? clean : wrapLines(clean, stderr.columns)}\n`);
    },
    transient: (text) => {
      close();
      stderr.write(redact(text));
      lineOpen = true;
    },
    style: (format, text) => (colour ? styleText(format, text, { stream: process.stdout }) : text),
    close,
  };
}

/** Text of other programs, fit for a terminal: redacted before it is wrapped, and without control characters. */
export function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex -- the control characters are what is removed
  return redact(text).replace(/[\u0000-\u001F\u007F-\u009F]+/g, " ");
}
