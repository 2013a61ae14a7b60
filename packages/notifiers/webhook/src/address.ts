/**
 * Why alerts cannot be posted to an address, as the end of "It …"; `undefined`: they can.
 *
 * @param allowPrivate whether it may lead to this machine
 */
export function addressMistake(text: string, allowPrivate: boolean): string | undefined {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return "must be an address that begins with https://";
  if (url.username !== "" || url.password !== "") return "must not hold a user or password";
  if (url.protocol === "https:") return undefined;
  if (!isThisMachine(url.hostname)) return "must be an address that begins with https://";
  return allowPrivate
    ? undefined
    : "must begin with https:// (http:// only on this machine, with `allow_private: true`)";
}

function isThisMachine(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
