import type { Sandbox } from "@tokenward/sandbox";

const preload = new URL("./clock-ahead.mjs", import.meta.url).href;

/** Time that passes on a platform and for the processes that refresh there, without anybody waiting. */
export class PassingTime {
  readonly #sandbox: Sandbox;
  #seconds = 0;

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
  }

  /** What a CLI process needs in its environment to see the same time as the sandbox. */
  get env(): Readonly<Record<string, string>> {
    return { NODE_OPTIONS: `--import=${preload}`, CLOCK_AHEAD_MS: String(this.#seconds * 1_000) };
  }

  async pass(seconds: number): Promise<void> {
    await this.#sandbox.control.advance(seconds);
    this.#seconds += seconds;
  }
}
