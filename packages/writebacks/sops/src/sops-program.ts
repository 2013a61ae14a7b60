import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { redact, type PluginIO } from "@tokenward/core/plugin";
import { runChild, type Ended } from "./child.ts";
import type { Format } from "./leaf.ts";
import { Trouble } from "./trouble.ts";

/** First version with `set --value-stdin` (CHANGELOG of getsops/sops). */
const oldest = [3, 11, 0] as const;

const install =
  "Install sops 3.11 or newer (https://github.com/getsops/sops/releases; `brew install sops`, or `go install github.com/getsops/sops/v3/cmd/sops@latest`), put it on PATH or name it in `sops` of the sops write-back";

// What every program needs, and what sops itself reads.
const always = /^(PATH|HOME|USERPROFILE|APPDATA|XDG_CONFIG_HOME|SYSTEMROOT|TMPDIR|TEMP|TMP|SOPS_.*)$/i;
// What only the services of the file need, and their way to the network.
const byService: Readonly<Record<string, RegExp>> = {
  kms: /^AWS_/,
  gcp_kms: /^(GOOGLE_|CLOUDSDK_|GCLOUD_)/,
  azure_kv: /^(AZURE_|IDENTITY_|MSI_)/,
  hc_vault: /^VAULT_/,
  hckms: /^HUAWEICLOUD_/,
  pgp: /^(GNUPGHOME|GPG_TTY|GPG_AGENT_INFO)$/,
};
const network = /^(https?_proxy|no_proxy|all_proxy|ssl_cert_file|ssl_cert_dir)$/i;

/** The `sops` program, for one file. Values go to its standard input. */
export class SopsProgram {
  readonly #configured: string | undefined;
  readonly #timeout: number;
  #found: string | undefined;
  #missing = false;

  /** @param timeout milliseconds for one run */
  constructor(configured: string | undefined, timeout: number) {
    this.#configured = configured;
    this.#timeout = timeout;
  }

  /** Whether it was looked for in vain. */
  get isMissing(): boolean {
    return this.#missing;
  }

  /** @throws {@link Trouble} naming how to install it, where it is missing or too old */
  async require(io: PluginIO): Promise<string> {
    if (this.#found !== undefined) return this.#found;
    const file = this.#configured ?? (await findOnPath(io.env));
    this.#missing = file === undefined;
    if (file === undefined) throw new Trouble("the program `sops` is not on PATH", install);
    const ended = await this.#run(file, ["--disable-version-check", "--version"], "/", [], io);
    if (ended.kind === "not started") throw new Trouble(`the program ${file} cannot be started`, install);
    if (ended.kind === "timed out") throw this.#hung(`${file} --version`);
    const version = /(\d+)\.(\d+)\.(\d+)/.exec(ended.stdout)?.slice(1, 4).map(Number);
    if (version === undefined) throw new Trouble(`${file} does not say which version of sops it is`, install);
    if (isOlder(version)) throw new Trouble(`${file} is sops ${version.join(".")}, which is too old`, install);
    return (this.#found = file);
  }

  /** Sets one value. */
  async set(
    file: string,
    format: Format,
    path: readonly string[],
    value: string,
    services: readonly string[],
    io: PluginIO,
  ): Promise<void> {
    const args = ["set", ...types(format), "--value-stdin", file, indexOf(path)];
    await this.#change(args, file, services, io, JSON.stringify(value));
  }

  /** Removes one value. */
  async unset(
    file: string,
    format: Format,
    path: readonly string[],
    services: readonly string[],
    io: PluginIO,
  ): Promise<void> {
    await this.#change(["unset", ...types(format), file, indexOf(path)], file, services, io);
  }

  /**
   * Decrypts a whole file, given as bytes, to data. The program verifies the message code itself.
   *
   * @returns the exit code where it refuses
   */
  async decrypt(
    bytes: Uint8Array,
    format: Format,
    file: string,
    services: readonly string[],
    io: PluginIO,
  ): Promise<{ readonly data: unknown } | { readonly exitCode: number | undefined }> {
    const program = await this.require(io);
    const args = ["decrypt", "--input-type", format, "--output-type", "json"];
    const ended = await this.#run(program, args, dirname(file), services, io, bytes);
    if (ended.kind === "timed out") throw this.#hung("`sops decrypt`");
    if (ended.exitCode !== 0) return { exitCode: ended.exitCode };
    return { data: JSON.parse(ended.stdout) as unknown };
  }

  async #change(
    args: readonly string[],
    file: string,
    services: readonly string[],
    io: PluginIO,
    input?: string,
  ): Promise<void> {
    const program = await this.require(io);
    const ended = await this.#run(program, args, dirname(file), services, io, input);
    const what = `\`sops ${String(args[0])}\``;
    if (ended.kind === "timed out") throw this.#hung(what);
    if (ended.kind === "not started") throw new Trouble(`the program ${program} cannot be started`, install);
    if (ended.exitCode !== 0) throw explain(ended, what);
  }

  async #run(
    program: string,
    args: readonly string[],
    folder: string,
    services: readonly string[],
    io: PluginIO,
    input?: string | Uint8Array,
  ): Promise<Ended> {
    const env = environmentFor(io.env, services);
    return await runChild(program, args, { folder, env, input, timeout: this.#timeout, signal: io.signal });
  }

  #hung(what: string): Trouble {
    return new Trouble(
      `${what} took longer than ${this.#timeout} ms and was ended`,
      "Check that `sops -d` answers at a terminal (a key service may be unreachable, or a passphrase is asked for), or raise `timeout` of the sops write-back",
    );
  }
}

function explain({ exitCode, stderr }: Ended, what: string): Trouble {
  if (/no space left/i.test(stderr)) throw Object.assign(new Error("full"), { code: "ENOSPC" });
  if (/disk quota/i.test(stderr)) throw Object.assign(new Error("quota"), { code: "EDQUOT" });
  if (/read-only file system/i.test(stderr)) throw Object.assign(new Error("read-only"), { code: "EROFS" });
  if (exitCode === 128) {
    return new Trouble(
      `${what} finds no key that opens the file`,
      "Set SOPS_AGE_KEY_FILE to the file with an age key that the file is encrypted for",
    );
  }
  if (exitCode === 51 || exitCode === 52) {
    return new Trouble(
      `${what} refuses the file: its message authentication code does not match`,
      "Restore the file from a commit that `sops -d` reads",
    );
  }
  const said = redact(stderr.trim().split("\n").at(-1) ?? "").slice(0, 200);
  const ending = exitCode === undefined ? "was ended by a signal" : `ended with exit code ${exitCode}`;
  return new Trouble(`${what} ${ending}${said === "" ? "" : ` (${said})`}`, `Run ${what} by hand to see why`);
}

function types(format: Format): readonly string[] {
  return ["--input-type", format, "--output-type", format];
}

function indexOf(path: readonly string[]): string {
  return path.map((key) => `[${JSON.stringify(key)}]`).join("");
}

function environmentFor(env: PluginIO["env"], services: readonly string[]): Readonly<Record<string, string>> {
  const wanted = [always, ...services.flatMap((service) => [byService[service] ?? always, network])];
  const chosen = Object.entries(env).filter(([name]) => wanted.some((pattern) => pattern.test(name)));
  const known = chosen.filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...Object.fromEntries(known), SOPS_DISABLE_VERSION_CHECK: "true" };
}

async function findOnPath(env: PluginIO["env"]): Promise<string | undefined> {
  const name = process.platform === "win32" ? "sops.exe" : "sops";
  for (const folder of (env["PATH"] ?? env["Path"] ?? "").split(delimiter)) {
    const file = join(folder, name);
    if (folder !== "" && (await isProgram(file))) return file;
  }
  return undefined;
}

async function isProgram(file: string): Promise<boolean> {
  return await access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function isOlder(version: readonly number[]): boolean {
  const differs = oldest.findIndex((part, index) => part !== version[index]);
  return differs !== -1 && (version[differs] ?? 0) < (oldest[differs] as number);
}
