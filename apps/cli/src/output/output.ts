import { styleText } from "node:util";
import { redact } from "@tokenward/core";

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
  /** Resolves when everything is handed to the operating system. */
  flush(): Promise<void>;
}

const clearLine = "\r\u001B[2K";
const narrowest = 40;
const usualColumns = 80;

/** The output of this process. */
export function processOutput(json: boolean): Output {
  const { stdout, stderr } = process;
  let lineOpen = false;
  const closeLine = (): string => {
    const opened = lineOpen;
    lineOpen = false;
    return opened ? clearLine : "";
  };
  return {
    json,
    columns: Math.max(narrowest, stdout.isTTY ? stdout.columns : usualColumns),
    live: stderr.isTTY && process.env["TERM"] !== "dumb",
    data: (text) => {
      if (lineOpen) write(stderr, closeLine());
      write(stdout, `${redact(text)}\n`);
    },
    note: (text) => write(stderr, `${closeLine()}${redact(text)}\n`),
    transient: (text) => {
      write(stderr, `${closeLine()}${redact(text)}`);
      lineOpen = true;
    },
    style: (format, text) => styleText(format, text, { stream: stdout }),
    flush: async () => {
      if (lineOpen) write(stderr, closeLine());
      await Promise.all([flushed(stdout), flushed(stderr)]);
    },
  };
}

const watched = new WeakSet<NodeJS.WriteStream>();
const closed = new WeakSet<NodeJS.WriteStream>();

// A reader that went away (`| head -1`) must not end the run: an exchange may be under way.
function write(stream: NodeJS.WriteStream, text: string): void {
  if (!watched.has(stream)) {
    watched.add(stream);
    stream.on("error", () => closed.add(stream));
  }
  if (!closed.has(stream)) stream.write(text);
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  if (!watched.has(stream) || closed.has(stream)) return Promise.resolve();
  return new Promise((resolve) => {
    stream.write("", () => resolve());
  });
}

/** Text of other programs, fit for a terminal: redacted before it is wrapped, and without control characters. */
export function plain(text: string): string {
  // eslint-disable-next-line no-control-regex -- the control characters are what is removed
  return redact(text).replace(/[\u0000-\u001F\u007F-\u009F]+/g, " ");
}
