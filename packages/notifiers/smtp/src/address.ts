/** One person's address, with a name or without. */
export interface MailAddress {
  readonly name?: string | undefined;
  readonly address: string;
}

// Stricter than RFC 5322, which knows quoted parts, comments and groups: what none of its readers can take for two.
const local = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const label = /^(?!-)[\p{L}\p{N}\p{M}-]{1,63}(?<!-)$/u;

/** Whether a text is one mail address, and nothing else. */
export function isMailAddress(text: string): boolean {
  const at = text.lastIndexOf("@");
  const domain = text.slice(at + 1);
  if (at < 1 || text.length > 254 || at > 64 || !local.test(text.slice(0, at))) return false;
  return domain.split(".").every((part) => label.test(part)) && /\p{L}/u.test(domain);
}

/** Whether a text can be a person's name in a header: one line, nothing that steers. */
export function isName(text: string): boolean {
  return text.length <= 100 && !/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u.test(text);
}
