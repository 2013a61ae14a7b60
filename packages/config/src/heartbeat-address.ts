/** Whether a text is an address that a heartbeat can be sent to: https, or http on this machine. */
export function isHeartbeatAddress(text: string): boolean {
  const url = URL.parse(text.trim());
  if (url === null || url.username !== "" || url.password !== "") return false;
  const local = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  return url.protocol === "https:" || (url.protocol === "http:" && local);
}
