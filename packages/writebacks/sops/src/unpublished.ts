import { createHash, randomBytes } from "node:crypto";
import { readFile, rename, unlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Trouble } from "./trouble.ts";

/** A change of the file that others do not have yet, as far as is known here. */
export interface Unpublished {
  readonly grant: string;
  /** Digest of the content that it replaces. */
  readonly base: string;
  /** The whole file with the change, still encrypted. Published again it must be the very same bytes. */
  readonly content: Buffer;
  /** Whether it is to be made in the end: a token that was saved. A claim that others may not have got is void. */
  readonly binding: boolean;
}

/** Names a content of the file. */
export function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Reads the note beside a file. */
export async function readUnpublished(file: string): Promise<Unpublished | undefined> {
  const path = noteOf(file);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw thrown;
  }
  try {
    const { content, ...facts } = JSON.parse(text) as Omit<Unpublished, "content"> & { readonly content: string };
    return { ...facts, content: Buffer.from(content, "base64") };
  } catch (thrown) {
    throw new Trouble(
      `${path} is damaged, so it is not known whether others have the newest tokens`,
      `Publish ${basename(file)} by hand, and remove ${path}`,
      thrown,
    );
  }
}

/** Notes a change before it is made, durably. */
export async function noteUnpublished(file: string, { content, ...facts }: Unpublished): Promise<void> {
  const path = noteOf(file);
  const draft = `${path}-${randomBytes(6).toString("hex")}`;
  try {
    const text = JSON.stringify({ ...facts, content: content.toString("base64") });
    await writeFile(draft, text, { flag: "wx", mode: 0o600, flush: true });
    await rename(draft, path);
  } catch (thrown) {
    await unlink(draft).catch(() => undefined);
    throw thrown;
  }
}

/** Others have the file now. */
export async function forgetUnpublished(file: string): Promise<void> {
  await unlink(noteOf(file)).catch((thrown: unknown) => {
    if ((thrown as NodeJS.ErrnoException).code !== "ENOENT") throw thrown;
  });
}

function noteOf(file: string): string {
  return join(dirname(file), `.${basename(file)}.tokenward-unpublished`);
}
