import type { Grant } from "../grant.ts";
import { isLoopback } from "../http/outgoing.ts";

const placeholder = /\{([A-Za-z0-9_]+)\}/g;

// What can stand in a host name or a path segment without becoming another one.
const harmless = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/**
 * Why a token must not be sent to an address, as the end of "It …"; `undefined` if it may. Addresses are https, or on
 * this machine, and carry neither a query, which would end up in logs, nor credentials.
 *
 * @param template may hold `{placeholders}`
 */
export function endpointMistake(template: string): string | undefined {
  let url: URL;
  try {
    url = new URL(template.replace(placeholder, "x"));
  } catch {
    return "must be an address such as https://example.com/oauth/token";
  }
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url.hostname))) {
    return "must begin with https:// (http:// only on this machine)";
  }
  if (url.username !== "" || url.password !== "") return "must not hold a user or password";
  if (url.search !== "" || url.hash !== "") return "must hold no ? and no #";
  return undefined;
}

/** The address with its placeholders replaced, or the name of the one that cannot be. */
export function fillEndpoint(
  template: string,
  grant: Pick<Grant, "account" | "attributes"> | undefined,
): { readonly url: string } | { readonly missing: string } {
  let missing: string | undefined;
  const url = template.replace(placeholder, (_, name: string) => {
    const value = valueOf(name, grant);
    if (value !== undefined && harmless.test(value)) return value;
    missing ??= name;
    return "";
  });
  return missing === undefined ? { url } : { missing };
}

function valueOf(name: string, grant: Pick<Grant, "account" | "attributes"> | undefined): string | undefined {
  const attributes = grant?.attributes ?? {};
  if (Object.hasOwn(attributes, name)) return attributes[name];
  return name === "account" ? grant?.account : undefined;
}
