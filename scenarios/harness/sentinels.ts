import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

// Long enough that no ordinary text holds it by chance, short enough that half a secret is found, too.
const piece = 16;

/** Secrets that must turn up nowhere, in no form and not in part. */
export class Sentinels {
  readonly #pieces = new Map<string, string>();
  readonly #values = new Set<string>();

  /** @param name says in a failure which secret it was; the failure never shows the secret itself */
  add(name: string, value: string | undefined): void {
    if (value === undefined || value === "" || this.#values.has(value)) return;
    if (value.length < piece) throw new Error(`${name} is too short to be told from ordinary text`);
    this.#values.add(value);
    for (const [form, text] of formsOf(value)) {
      for (let at = 0; at + piece <= text.length; at++) this.#pieces.set(text.slice(at, at + piece), `${name} ${form}`);
    }
  }

  get count(): number {
    return this.#values.size;
  }

  /** The secrets that a text holds, each with the form in which it does. */
  in(text: string): readonly string[] {
    const found = new Set<string>();
    for (let at = 0; at + piece <= text.length; at++) {
      const hit = this.#pieces.get(text.slice(at, at + piece));
      if (hit !== undefined) found.add(hit);
    }
    return [...found];
  }

  /** As {@link Sentinels.in}, also where white space (a line break at the edge of a terminal) stands in between. */
  inPrinted(text: string): readonly string[] {
    return [...new Set([...this.in(text), ...this.in(text.replaceAll(/\s+/g, ""))])];
  }

  /** As {@link Sentinels.in}, for every file below a folder, as `file: secret`. Their names are looked at, too. */
  async inFiles(folder: string, except: readonly string[] = []): Promise<readonly string[]> {
    const found: string[] = [];
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    for (const entry of entries) {
      const file = path.join(entry.parentPath, entry.name);
      if (except.includes(file)) continue;
      const content = entry.isFile() ? await contentOf(file) : undefined;
      const texts = [file, content?.toString("latin1") ?? "", content?.toString("utf16le") ?? ""];
      found.push(...texts.flatMap((text) => this.in(text)).map((hit) => `${path.relative(folder, file)}: ${hit}`));
    }
    return found;
  }
}

// A process that still runs may remove its temporary files between the listing and the look.
async function contentOf(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** A secret in every form in which programs print one. */
export function formsOf(value: string): readonly (readonly [form: string, text: string])[] {
  const form = new URLSearchParams([["", value]]).toString().slice(1);
  const json = JSON.stringify(value).slice(1, -1);
  return [
    ["raw", value],
    ["URL-encoded", encodeURIComponent(value)],
    ["form-encoded", form],
    ["JSON-escaped", json],
    ["JSON-escaped twice", JSON.stringify(json).slice(1, -1)],
    ["hex", Buffer.from(value).toString("hex")],
    ["HEX", Buffer.from(value).toString("hex").toUpperCase()],
    ...[0, 1, 2].flatMap((offset) => [
      [`base64 at offset ${offset}`, base64(value, offset, "base64")] as const,
      [`base64url at offset ${offset}`, base64(value, offset, "base64url")] as const,
      // As in HTTP Basic authentication (RFC 6749, section 2.3.1).
      [`form-encoded in base64 at offset ${offset}`, base64(form, offset, "base64")] as const,
    ]),
  ];
}

// Without the characters that also depend on what stands before and behind.
function base64(value: string, offset: number, alphabet: "base64" | "base64url"): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)]);
  return bytes.toString(alphabet).slice(offset === 0 ? 0 : offset + 1, Math.floor((bytes.length * 8) / 6));
}
