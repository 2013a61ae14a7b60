import { readdir, readFile } from "node:fs/promises";
import { start, type Finished, type RunOptions } from "./cli.ts";
import type { Sentinels } from "./sentinels.ts";
import type { Workspace } from "./workspace.ts";

const lookEvery = 40;

/** Runs CLI processes and notes every secret that one of them printed, or that any process of this machine was given. */
export class LeakWatch {
  readonly #sentinels: Sentinels;
  #leaks: string[] = [];
  #processes = 0;

  constructor(sentinels: Sentinels) {
    this.#sentinels = sentinels;
  }

  /** What leaked since this was asked last, and from which command. */
  takeLeaks(): readonly string[] {
    const leaks = [...new Set(this.#leaks)];
    this.#leaks = [];
    return leaks;
  }

  /** How many processes were watched. */
  get processes(): number {
    return this.#processes;
  }

  /** Runs one command. With `ownArguments` the secret is in the arguments by our own doing, and only output counts. */
  async run(
    workspace: Workspace,
    args: readonly string[],
    options: RunOptions & { readonly ownArguments?: boolean | undefined } = {},
  ): Promise<Finished> {
    const running = start(workspace, args, options);
    this.#processes += 1;
    let over = false;
    const watching = options.ownArguments === true ? undefined : this.#watchArguments(() => over);
    const finished = await running.finished;
    over = true;
    await watching;
    const words = args.map((word) => (this.#sentinels.in(word).length > 0 ? "<a secret>" : word)).join(" ");
    this.#note(`${words} (stdout)`, this.#sentinels.inPrinted(finished.stdout));
    this.#note(`${words} (stderr)`, this.#sentinels.inPrinted(finished.stderr));
    return finished;
  }

  /** Looks once at the arguments of all processes. */
  async lookAtArguments(): Promise<void> {
    for (const line of await commandLines()) this.#note("argv", this.#sentinels.in(line));
  }

  #note(where: string, hits: readonly string[]): void {
    this.#leaks.push(...hits.map((hit) => `${where}: ${hit}`));
  }

  async #watchArguments(over: () => boolean): Promise<void> {
    while (!over()) {
      await this.lookAtArguments();
      await new Promise((resolve) => setTimeout(resolve, lookEvery));
    }
  }
}

/** The command lines of all processes, where the system tells (Linux). */
export async function commandLines(): Promise<readonly string[]> {
  const numbers = await readdir("/proc").catch(() => []);
  const lines = numbers
    .filter((name) => /^\d+$/.test(name))
    // A process may be gone by now.
    .map(async (pid) => await readFile(`/proc/${pid}/cmdline`, "latin1").catch(() => ""));
  return (await Promise.all(lines)).filter((line) => line !== "");
}
