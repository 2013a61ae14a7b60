import { readFile, unlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { redact, type GrantId, type PluginIO } from "@tokenward/core/plugin";
import { runChild } from "./child.ts";
import type { SopsOptions } from "./options.ts";
import { Trouble } from "./trouble.ts";

// A publisher needs its own credentials, not the keys to the tokens.
const withheld = new Set(["SOPS_AGE_KEY", "TOKENWARD_IDENTITY"]);

/** Makes a changed file known to others, and remembers across processes what is not known to them yet. */
export class Publisher {
  readonly #options: NonNullable<SopsOptions["publish"]> | undefined;
  readonly #timeout: number;

  /** @param timeout milliseconds for one run */
  constructor(options: SopsOptions["publish"], timeout: number) {
    this.#options = options;
    this.#timeout = timeout;
  }

  /** @throws {@link Trouble} where a publication would be refused */
  async probe(file: string, grant: GrantId, io: PluginIO): Promise<void> {
    if (this.#options === undefined) return;
    await this.#run("probe", file, grant, io);
  }

  /** @throws {@link Trouble} where others do not have the file now */
  async publish(file: string, grant: GrantId, io: PluginIO): Promise<void> {
    if (this.#options === undefined) return;
    await this.#run("save", file, grant, io);
    await forget(file, grant);
  }

  /** Notes, before the file is replaced, that its new content is still to be published. */
  async begin(file: string, grant: GrantId): Promise<void> {
    if (this.#options === undefined) return;
    const grants = await unpublished(file);
    if (!grants.includes(grant)) await note(file, [...grants, grant]);
  }

  /** Takes that back, where the old content was put back. */
  async cancel(file: string, grant: GrantId): Promise<void> {
    if (this.#options !== undefined) await forget(file, grant);
  }

  async isPending(file: string, grant: GrantId): Promise<boolean> {
    return this.#options !== undefined && (await unpublished(file)).includes(grant);
  }

  async #run(what: "probe" | "save", file: string, grant: GrantId, io: PluginIO): Promise<void> {
    const options = this.#options as NonNullable<SopsOptions["publish"]>;
    const pair = "command" in options ? options : { command: options, probe: options };
    const [program = "", ...args] = what === "probe" ? pair.probe : pair.command;
    const entries = Object.entries(io.env).filter(([name]) => !withheld.has(name));
    const known = entries.filter((entry): entry is [string, string] => entry[1] !== undefined);
    const env = {
      ...Object.fromEntries(known),
      TOKENWARD_PUBLISH: what,
      TOKENWARD_FILE: basename(file),
      TOKENWARD_GRANT: grant,
    };
    const ended = await runChild(program, args, {
      folder: dirname(file),
      env,
      timeout: this.#timeout,
      signal: io.signal,
    });
    const name = `\`publish\` (${program})`;
    if (ended.kind === "not started") {
      throw new Trouble(`${name} cannot be started`, "Correct `publish` of the sops write-back");
    }
    if (ended.kind === "timed out") {
      throw new Trouble(
        `${name} took longer than ${this.#timeout} ms and was ended; whether others have the file is not known`,
        "Check that it runs by itself, without asking for anything, or raise `timeout` of the sops write-back",
      );
    }
    if (ended.exitCode !== 0) {
      const said = quiet(ended.stderr.trim() === "" ? ended.stdout : ended.stderr);
      throw new Trouble(
        `${name} ended with exit code ${String(ended.exitCode)}${said === "" ? "" : ` (${said})`}`,
        "Fix what it says; where a push was rejected, somebody else was first: `git pull` brings their file",
      );
    }
  }
}

// The line that says most, without the password that a git address may carry.
function quiet(text: string): string {
  const lines = text
    .trim()
    .split("\n")
    .map((line) => line.trim());
  const telling = lines.find((line) => /rejected|denied|fatal|error/i.test(line)) ?? lines.at(-1) ?? "";
  return redact(telling.replace(/\/\/[^/@\s]*@/g, "//")).slice(0, 200);
}

function markOf(file: string): string {
  return join(dirname(file), `.${basename(file)}.tokenward-unpublished`);
}

async function unpublished(file: string): Promise<readonly string[]> {
  try {
    return (await readFile(markOf(file), "utf8")).split("\n").filter((line) => line !== "");
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw thrown;
  }
}

async function note(file: string, grants: readonly string[]): Promise<void> {
  await writeFile(markOf(file), grants.map((grant) => `${grant}\n`).join(""), { flush: true });
}

async function forget(file: string, grant: GrantId): Promise<void> {
  const grants = await unpublished(file);
  if (!grants.includes(grant)) return;
  const others = grants.filter((other) => other !== grant);
  if (others.length > 0) await note(file, others);
  else await unlink(markOf(file));
}
