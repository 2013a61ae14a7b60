import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { messageOf, type PluginIO } from "@tokenward/core/plugin";
import { openDataKey } from "./age-keys.ts";
import { isSealed } from "./cipher.ts";
import { allServices, OnlySopsKnows, type Format, type Leaf, type Metadata, type Parsed } from "./leaf.ts";
import { isGenuine } from "./message-code.ts";
import { parseDotenv } from "./parse-dotenv.ts";
import { parseJson } from "./parse-json.ts";
import type { SopsProgram } from "./sops-program.ts";
import { Trouble } from "./trouble.ts";

/** A file whose message code was verified. */
export interface OpenFile {
  readonly bytes: Buffer;
  readonly metadata: Metadata | undefined;
  /** Other services of the file, whose part of the environment `sops` needs. */
  readonly services: readonly string[];
  /**
   * The text at a path; `undefined` where nothing, or something empty, is there.
   *
   * @throws {@link Trouble} where it stands there in the clear
   */
  text(path: readonly string[]): Promise<string | undefined>;
  /** Everything else, to tell whether it stayed as it was. `undefined` where only `sops` can read the file. */
  readonly leaves: readonly Leaf[] | undefined;
}

/** The format of a file, by its name, as SOPS itself decides. */
export function formatOf(file: string): Format {
  if (file.endsWith(".json")) return "json";
  return file.endsWith(".env") ? "dotenv" : "yaml";
}

/**
 * Reads and verifies a file. No value of a file that was tampered with is ever used.
 *
 * @param like the name in messages and for the format, where `path` is a copy
 * @throws {@link Trouble}
 */
export async function openFile(path: string, like: string, program: SopsProgram, io: PluginIO): Promise<OpenFile> {
  await refuseMissing(path, like);
  const bytes = await readFile(path);
  const format = formatOf(like);
  let parsed: Parsed | undefined;
  try {
    parsed = await parse(bytes.toString("utf8"), format);
  } catch (thrown) {
    if (!(thrown instanceof OnlySopsKnows)) throw unparsable(like, format, thrown);
  }
  if (parsed !== undefined && parsed.metadata === undefined) throw neverEncrypted(like);
  const metadata = parsed?.metadata;
  const dataKey = metadata === undefined ? undefined : await openDataKey(metadata, io);
  if (parsed === undefined || metadata === undefined || dataKey === undefined) {
    return await openThroughProgram({ bytes, format, file: like, parsed }, program, io);
  }
  if (!isGenuine(parsed.leaves, metadata, dataKey.key)) throw tampered(like);
  const at = new Map(parsed.leaves.slice(0, parsed.first).map((leaf) => [leaf.path.join("\0"), leaf.text]));
  return {
    bytes,
    metadata,
    services: metadata.services,
    leaves: parsed.leaves,
    text: async (wanted) => {
      const sealed = at.get(wanted.join("\0"));
      if (sealed === undefined || sealed === "") return undefined;
      if (!isSealed(sealed)) throw inTheClear(like, wanted);
      return await unsealValue(sealed, wanted, metadata, dataKey.identity);
    },
  };
}

/** @throws {@link Trouble} that says how to make it */
export async function refuseMissing(path: string, like: string): Promise<void> {
  await stat(path).catch((thrown: unknown) => {
    if ((thrown as NodeJS.ErrnoException).code !== "ENOENT") throw thrown;
    throw missing(like);
  });
}

/** The sentence for a rule of the file that leaves tokens in the clear. */
function inTheClear(file: string, path: readonly string[]): Trouble {
  return new Trouble(
    `the rules of ${basename(file)} leave ${path.join(".")} unencrypted`,
    `Change its \`encrypted_regex\`, \`encrypted_suffix\` or \`unencrypted_suffix\` (in .sops.yaml, then encrypt the file anew) so that ${path.join(".")} is encrypted`,
  );
}

// A value is bound to its keys joined by colons. One flat key in the place of several says the same, and keeps
// sops-age from taking an account such as `123` for a position in a list.
async function unsealValue(
  sealed: string,
  path: readonly string[],
  metadata: Metadata,
  identity: string,
): Promise<string> {
  const { decryptSops } = await import("sops-age");
  const { age, lastmodified, mac, version } = metadata;
  const key = path.join(":");
  const input = JSON.stringify({ [key]: sealed, sops: { age, lastmodified, mac, version } });
  const opened = (await decryptSops(input, { secretKey: identity, fileType: "json" })) as Record<string, unknown>;
  return String(opened[key]);
}

async function parse(text: string, format: Format): Promise<Parsed> {
  if (format === "json") return parseJson(text);
  if (format === "dotenv") return parseDotenv(text);
  const { parseYaml } = await import("./parse-yaml.ts");
  return parseYaml(text);
}

interface Unopened {
  readonly bytes: Buffer;
  readonly format: Format;
  readonly file: string;
  readonly parsed: Parsed | undefined;
}

async function openThroughProgram(
  { bytes, format, file, parsed }: Unopened,
  program: SopsProgram,
  io: PluginIO,
): Promise<OpenFile> {
  const metadata = parsed?.metadata;
  const services = metadata?.services ?? allServices;
  let result: Awaited<ReturnType<SopsProgram["decrypt"]>>;
  try {
    result = await program.decrypt(bytes, format, file, services, io);
  } catch (thrown) {
    // Where age keys alone open the file, one of them is what is missing, more than the program.
    if (program.isMissing && parsed !== undefined && services.length === 0) throw noKey(file, metadata);
    throw thrown;
  }
  if (!("data" in result)) {
    if (result.exitCode === 51 || result.exitCode === 52) throw tampered(file);
    if (result.exitCode === 128) throw noKey(file, metadata);
    throw new Trouble(
      `\`sops decrypt\` ended with exit code ${String(result.exitCode)} for ${file}`,
      `Run \`sops decrypt ${file}\` by hand to see why`,
    );
  }
  const { data } = result;
  const stands = await asItStands(bytes.toString("utf8"), format);
  return {
    bytes,
    metadata,
    services,
    leaves: parsed?.leaves,
    text: (wanted) => {
      const sealed = valueAt(stands, wanted);
      if (sealed !== undefined && !isSealed(sealed)) return Promise.reject(inTheClear(file, wanted));
      return Promise.resolve(valueAt(data, wanted));
    },
  };
}

/** The file's first document with its values still encrypted, as plain data. */
async function asItStands(text: string, format: Format): Promise<unknown> {
  if (format === "json") return JSON.parse(text);
  if (format === "dotenv")
    return Object.fromEntries(parseDotenv(text).leaves.map(({ path, text: value }) => [path[0], value]));
  const { firstDocument } = await import("./parse-yaml.ts");
  return firstDocument(text);
}

function valueAt(data: unknown, path: readonly string[]): string | undefined {
  let value = data;
  for (const key of path) {
    const branch = value as Readonly<Record<string, unknown>> | null | undefined;
    value = typeof branch === "object" && branch !== null && Object.hasOwn(branch, key) ? branch[key] : undefined;
  }
  const known = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
  return known && value !== "" ? String(value) : undefined;
}

function missing(file: string): Trouble {
  const name = basename(file);
  const empty = formatOf(file) === "dotenv" ? "TOKENWARD=" : "{}";
  return new Trouble(
    `the file ${file} does not exist`,
    `Make it, in its folder, with \`printf '${empty}' | sops encrypt --filename-override ${name} --output ${name}\` (with \`--age age1…\` where no .sops.yaml names the recipients)`,
  );
}

function neverEncrypted(file: string): Trouble {
  return new Trouble(`${file} is not encrypted by sops`, `Encrypt it with \`sops encrypt --in-place ${file}\``);
}

function unparsable(file: string, format: Format, thrown: unknown): Trouble {
  const names = { yaml: "YAML", json: "JSON", dotenv: "env file" };
  const short = thrown instanceof SyntaxError ? "" : ` (${messageOf(thrown)})`;
  return new Trouble(
    `${file} is damaged: it is no valid ${names[format]}${short}`,
    `Restore ${file} from a commit that \`sops -d\` reads (an unresolved merge looks like this)`,
  );
}

function tampered(file: string): Trouble {
  return new Trouble(
    `${file} was changed without sops: its message authentication code does not match, so none of its values is used`,
    `Find out who changed it, and restore ${file} from a commit that \`sops -d\` reads`,
  );
}

function noKey(file: string, metadata: Metadata | undefined): Trouble {
  const recipients = metadata?.age.map(({ recipient }) => recipient).join(", ") ?? "";
  return new Trouble(
    `no key here opens ${file}${recipients === "" ? "" : `, which is encrypted for ${recipients}`}`,
    "Set SOPS_AGE_KEY_FILE (or SOPS_AGE_KEY) to an age key that the file is encrypted for, or have its recipients extended (`sops updatekeys`)",
  );
}
