const mostNames = 10_000;
const mostValues = 100_000;

/** Announcements by name, each with a value. */
export class Signals {
  readonly #sent = new Map<string, string[]>();

  send(name: string, value: string): void {
    const values = this.#sent.get(name) ?? [];
    if (values.length >= mostValues || this.#sent.size >= mostNames) throw new Error("too many signals were sent");
    values.push(value);
    this.#sent.set(name, values);
  }

  values(name: string): readonly string[] {
    return this.#sent.get(name) ?? [];
  }
}
