import type { SandboxPlatform } from "../../platform.ts";
import { quickbooks, xero } from "./accounting.ts";
import { hubspot, salesforce, shopify, slack, zoom } from "./business.ts";
import { facebookPages, threads } from "./meta.ts";
import { microsoft } from "./microsoft.ts";
import { kick, pinterest, reddit, tiktokBusiness, x } from "./social.ts";

const platforms: readonly SandboxPlatform[] = [
  facebookPages,
  hubspot,
  kick,
  microsoft,
  pinterest,
  quickbooks,
  reddit,
  salesforce,
  shopify,
  slack,
  threads,
  tiktokBusiness,
  x,
  xero,
  zoom,
];

/**
 * The platforms that the generic refresher has a preset for, each as strict as the real one, under the preset's name.
 *
 * @example
 * ```ts
 * import { createSandbox, presetPlatforms } from "@tokenward/sandbox";
 *
 * const sandbox = await createSandbox({ platforms: presetPlatforms() });
 * console.log(sandbox.tokenUrl("xero"));
 * await sandbox.close();
 * ```
 */
export function presetPlatforms(): readonly SandboxPlatform[] {
  return platforms;
}

/**
 * One of {@link presetPlatforms}.
 *
 * @throws Error when no preset has that name; the message lists them
 */
export function presetPlatform(name: string): SandboxPlatform {
  const found = platforms.find((platform) => platform.name === name);
  if (found !== undefined) return found;
  throw new Error(`no preset is named "${name}"; there are ${platforms.map((platform) => platform.name).join(", ")}`);
}
