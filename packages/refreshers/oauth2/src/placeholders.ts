const placeholder = /\{([A-Za-z0-9_]+)\}/g;

// What can stand in a host name or a path segment without becoming another one. Same rule as for attributes.
const harmless = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** The names in braces that an address holds. */
export function placeholdersOf(address: string): readonly string[] {
  return [...address.matchAll(placeholder)].map((match) => match[1] as string);
}

/** Replaces what is named, and leaves the rest for what the grant says. */
export function withPlaceholders(address: string, values: Readonly<Record<string, string>>): string {
  return address.replace(
    placeholder,
    (whole, name: string) => (Object.hasOwn(values, name) ? values[name] : whole) as string,
  );
}

/** Whether a value may stand in an address. */
export function isPlaceholderValue(value: string): boolean {
  return value === "{account}" || harmless.test(value);
}
