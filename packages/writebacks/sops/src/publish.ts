import { basename, dirname, resolve } from "node:path";
import { redact, type GrantId, type PluginIO } from "@tokenward/core/plugin";
import { runChild } from "./child.ts";
import type { SopsOptions } from "./options.ts";
import { Trouble } from "./trouble.ts";

// A publisher needs its own credentials, not the keys to the tokens.
const withheld = /^(SOPS_AGE_.*|TOKENWARD_IDENTITY.*)$/i;

/** Makes a changed file known to others. */
export class Publisher {
  readonly #options: NonNullable<SopsOptions["publish"]>;
  readonly #home: string;
  readonly #timeout: number;

  /**
   * @param home folder of the configuration, where a program with a relative path is looked for
   * @param timeout milliseconds for one run
   */
  constructor(options: NonNullable<SopsOptions["publish"]>, home: string, timeout: number) {
    this.#options = options;
    this.#home = home;
    this.#timeout = timeout;
  }

  /**
   * Would a publication be accepted (`probe`), or: others have the file when it resolves (`save`).
   *
   * @throws {@link Trouble}
   */
  async run(what: "probe" | "save", file: string, grant: GrantId, io: PluginIO): Promise<void> {
    const pair = "command" in this.#options ? this.#options : { command: this.#options, probe: this.#options };
    const [named = "", ...args] = what === "probe" ? pair.probe : pair.command;
    const program = /[/\\]/.test(named) ? resolve(this.#home, named) : named;
    const entries = Object.entries(io.env).filter(([name]) => !withheld.test(name));
    const known = entries.filter((entry): entry is [string, string] => entry[1] !== undefined);
    const env = {
      ...Object.fromEntries(known),
      TOKENWARD_PUBLISH: what,
      TOKENWARD_FILE: basename(file),
      TOKENWARD_GRANT: grant,
    };
    const { signal } = io;
    const ended = await runChild(program, args, { folder: dirname(file), env, timeout: this.#timeout, signal });
    const name = `\`publish\` (${program})`;
    if (ended.kind === "not started") {
      throw new Trouble(
        `${name} cannot be started`,
        "Correct `publish` of the sops write-back (a program that is not on PATH needs its path, and the right to be run)",
      );
    }
    if (ended.kind === "timed out") {
      const unsure = what === "save" ? "; whether others have the file is not known" : "";
      throw new Trouble(
        `${name} took longer than ${this.#timeout} ms and was ended${unsure}`,
        "Check that it runs by itself, without asking for anything, or raise `timeout` of the sops write-back",
      );
    }
    if (ended.exitCode !== 0) {
      const said = telling(ended.stderr.trim() === "" ? ended.stdout : ended.stderr);
      const ending =
        ended.exitCode === undefined ? "was ended by a signal" : `ended with exit code ${String(ended.exitCode)}`;
      const behind = /somebody else|fetch first|non-fast-forward/i.test(said);
      throw new Trouble(
        `${name} ${ending}${said === "" ? "" : ` (${said})`}`,
        behind
          ? "Bring this checkout to the newest commit (`git pull`), and let no other run change the file meanwhile"
          : "Mend what it says (by hand it says more: TOKENWARD_PUBLISH=probe, in the file's folder)",
      );
    }
  }
}

// What the server said, then the line that says most, without the password that an address may carry.
function telling(text: string): string {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && line !== "remote:");
  const remote = lines.filter((line) => line.startsWith("remote: "));
  const local = lines.filter((line) => !line.startsWith("remote: "));
  const best = local.find((line) => /rejected|denied|fatal|error/i.test(line)) ?? local.at(-1);
  const chosen = [...remote.slice(0, 3), ...(best === undefined ? [] : [best])].join("; ");
  return redact(chosen.replace(/\/\/[^/@\s]*@/g, "//"))
    .slice(0, 300)
    .replace(/\.$/, "");
}
