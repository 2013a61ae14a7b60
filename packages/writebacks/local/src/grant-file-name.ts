import { createHash } from "node:crypto";
import { parseGrantId, type GrantId } from "@tokenward/core/plugin";

const extension = ".age";

// Names that Windows gives to devices, also with an extension.
const devices = /^(?:con|prn|aux|nul|com\d|lpt\d)$/;

// Room for the extension and for a draft's suffix below the 255 bytes that common file systems allow.
const longest = 180;

/**
 * The name of a grant's file: `tiktok.age`, `tiktok.brand-a.age`. No two grants share one, also where the file system
 * ignores case: a capital is written as `+` and its small letter.
 */
export function grantFileName(grant: GrantId): string {
  const { platform, account } = parseGrantId(grant);
  const first = devices.test(platform) ? `_${platform}` : platform;
  if (account === undefined) return `${shorten(first, first)}${extension}`;
  const second = account.replace(/[A-Z]/g, (letter) => `+${letter.toLowerCase()}`);
  return `${shorten(`${first}.${second}`, first)}${extension}`;
}

/** Whether a file of the folder holds a sealed grant, whichever. */
export function isGrantFile(name: string): boolean {
  return name.endsWith(extension);
}

// `~` occurs in no other name, so that a shortened one cannot be mistaken for a whole one.
function shorten(name: string, start: string): string {
  if (name.length <= longest) return name;
  return `${start.slice(0, 60)}.~${createHash("sha256").update(name).digest("hex").slice(0, 40)}`;
}
