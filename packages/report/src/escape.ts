// Control characters are not allowed in XML, and mean nothing in a page; what turns the direction of text would lie.
const steering = /[\p{Cc}\u2028\u2029\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\uFFFE\uFFFF]+/gu;

/** A text for HTML and XML, between tags or within quotes. */
export function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(steering, " ")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
