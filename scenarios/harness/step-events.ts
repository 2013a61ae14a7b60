import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** What a process published on `tokenward:refresh`, as it happens. What was published before a kill arrives here, too. */
export class StepEvents {
  readonly #names: string[] = [];
  readonly #waiting = new Set<() => void>();
  #ended = false;

  constructor(stream: Readable) {
    const lines = createInterface({ input: stream });
    lines.on("line", (line) => {
      this.#names.push(line.split(" ").at(-1) ?? "");
      this.#look();
    });
    lines.on("close", () => {
      this.#ended = true;
      this.#look();
    });
  }

  /** `observe:start`, `observe:end`, … in their order. */
  get names(): readonly string[] {
    return this.#names;
  }

  has(name: string): boolean {
    return this.#names.includes(name);
  }

  /** Resolves as soon as the event was published; to `false` when the process ended without it. */
  async reached(name: string): Promise<boolean> {
    while (!this.has(name) && !this.#ended) await new Promise<void>((resolve) => this.#waiting.add(resolve));
    return this.has(name);
  }

  /** Resolves when nothing more can come. */
  async end(): Promise<void> {
    while (!this.#ended) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  #look(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
