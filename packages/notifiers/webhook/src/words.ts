/** `2026-11-26 10:00 UTC`. */
export function minuteOf(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** Bytes of a character within a string of JSON, as UTF-8. */
export function jsonSize(character: string): number {
  return Buffer.byteLength(JSON.stringify(character)) - 2;
}
