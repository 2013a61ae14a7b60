/**
 * One registry for the whole process, also where two copies of core are installed: what one of them learned must not
 * be printed through the other. Forms are found by their first characters, so that ten thousand tokens cost a text
 * no more than ten.
 */
interface Registry {
  readonly forms: Set<string>;
  /** Forms by their first {@link shortest} characters, longest first. */
  readonly byStart: Map<string, string[]>;
}

const key: symbol = Symbol.for("tokenward.redactor");
const registry: Registry = ((globalThis as Record<symbol, unknown>)[key] ??= {
  forms: new Set<string>(),
  byStart: new Map<string, string[]>(),
}) as Registry;

// Shorter values occur by chance in ordinary text; redacting them would shred every message.
const shortest = 6;

// A long-running service meets new tokens for years. The oldest forms go first; by then they are long expired.
const mostForms = 200_000;

/** Makes a secret value known, in every form in which it may be printed. */
export function rememberSecret(value: string): void {
  if (value.length < shortest || registry.forms.has(value)) return;
  for (const form of encodedForms(value)) addForm(form);
  for (const oldest of registry.forms) {
    if (registry.forms.size <= mostForms) break;
    removeForm(oldest);
  }
}

function addForm(form: string): void {
  if (registry.forms.has(form)) return;
  registry.forms.add(form);
  const start = form.slice(0, shortest);
  const known = registry.byStart.get(start);
  if (known === undefined) registry.byStart.set(start, [form]);
  else known.splice(firstShorter(known, form.length), 0, form);
}

function firstShorter(forms: readonly string[], length: number): number {
  const index = forms.findIndex((form) => form.length < length);
  return index === -1 ? forms.length : index;
}

function removeForm(form: string): void {
  registry.forms.delete(form);
  const start = form.slice(0, shortest);
  const left = registry.byStart.get(start)?.filter((other) => other !== form) ?? [];
  if (left.length === 0) registry.byStart.delete(start);
  else registry.byStart.set(start, left);
}

function encodedForms(value: string): Set<string> {
  const bytes = Buffer.from(value, "utf8");
  const forms = new Set([
    value,
    encodeURIComponent(value),
    new URLSearchParams([["", value]]).toString().slice(1),
    JSON.stringify(value).slice(1, -1),
    bytes.toString("hex"),
    bytes.toString("hex").toUpperCase(),
  ]);
  // Base64 depends on where in a longer text the value starts; drop the characters that its neighbours share.
  for (let shift = 0; shift < 3; shift++) {
    const padded = Buffer.concat([Buffer.alloc(shift), bytes]);
    const start = shift === 0 ? 0 : shift + 1;
    const whole = Math.floor((padded.length * 8) / 6);
    for (const alphabet of ["base64", "base64url"] as const) {
      const form = padded.toString(alphabet).slice(start, whole);
      if (form.length >= shortest) forms.add(form);
    }
  }
  return forms;
}

/** The text with every known secret replaced by `[secret]`, whether raw, URL-encoded, JSON-escaped, hex or base64. */
export function redact(text: string): string {
  if (registry.forms.size === 0) return text;
  let result = "";
  let copied = 0;
  for (let at = 0; at + shortest <= text.length; at++) {
    const found = registry.byStart.get(text.slice(at, at + shortest))?.find((form) => text.startsWith(form, at));
    if (found === undefined) continue;
    result += `${text.slice(copied, at)}[secret]`;
    copied = at + found.length;
    at = copied - 1;
  }
  return copied === 0 ? text : result + text.slice(copied);
}
