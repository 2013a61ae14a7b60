import { createHash } from "node:crypto";
import type { Alert } from "@tokenward/core/plugin";

// PagerDuty's documentation of the Events API v2 ("Send an Alert Event"): 255 characters.
const most = 255;

/**
 * The same for all events about one condition of one subject, in every run and on every machine, so that PagerDuty
 * recognises an incident also where nothing is remembered between runs.
 */
export function dedupKey({ subject, condition }: Pick<Alert, "subject" | "condition">, prefix: string): string {
  const readable = `${prefix}/${subject}/${condition}`;
  if (readable.length <= most && /^[\u0020-\u007E]*$/.test(readable)) return readable;
  const hash = createHash("sha256").update(`${subject}\0${condition}`).digest("hex").slice(0, 32);
  const head = readable.replace(/[^\u0020-\u007E]+/g, "_").slice(0, most - hash.length - 1);
  return `${head}#${hash}`;
}
