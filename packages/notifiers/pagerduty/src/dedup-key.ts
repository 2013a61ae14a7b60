import { createHash } from "node:crypto";
import type { Alert } from "@tokenward/core/plugin";

// PagerDuty's documentation of the Events API v2 ("Send an Alert Event"): 255 characters.
const most = 255;

/**
 * The same for all events about one condition of one subject, in every run and on every machine, so that PagerDuty
 * recognises an incident also where nothing is remembered between runs.
 */
export function dedupKey({ subject, condition }: Pick<Alert, "subject" | "condition">, prefix: string): string {
  const clean = `${subject}/${condition}`.replace(/[^\u0021-\u007E]+/g, "_");
  const readable = `${prefix}/${clean}`;
  const exact = clean === `${subject}/${condition}` || /^[\u0020-\u007E]*$/.test(subject);
  if (readable.length <= most && exact) return readable;
  const hash = createHash("sha256").update(`${subject}\0${condition}`).digest("hex").slice(0, 32);
  return `${readable.slice(0, most - hash.length - 1)}#${hash}`;
}
