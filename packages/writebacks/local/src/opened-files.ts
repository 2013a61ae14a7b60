/** As many as one token endpoint may have under way, and some. */
const mostFiles = 64;

/**
 * The texts of the files that were opened last, by their sealed bytes. One refresh reads a file three times; opening
 * the same bytes again would cost more than reading them.
 */
export class OpenedFiles {
  readonly #files = new Map<string, { readonly sealed: Uint8Array; readonly text: string }>();

  /** The text of exactly these bytes, where it is known. */
  textOf(path: string, sealed: Buffer): string | undefined {
    const known = this.#files.get(path);
    return known !== undefined && sealed.equals(known.sealed) ? known.text : undefined;
  }

  /** @returns the text */
  remember(path: string, sealed: Uint8Array, text: string): string {
    this.#files.delete(path);
    this.#files.set(path, { sealed, text });
    for (const oldest of this.#files.keys()) {
      if (this.#files.size <= mostFiles) break;
      this.#files.delete(oldest);
    }
    return text;
  }
}
