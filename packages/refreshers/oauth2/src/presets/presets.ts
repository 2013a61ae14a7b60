import { quickbooks, xero } from "./accounting.ts";
import { hubspot } from "./hubspot.ts";
import { kick } from "./kick.ts";
import { facebookPages, threads } from "./meta.ts";
import { microsoft } from "./microsoft.ts";
import { pinterest } from "./pinterest.ts";
import type { Preset } from "./preset.ts";
import type { PresetName } from "./preset-name.ts";
import { reddit } from "./reddit.ts";
import { salesforce } from "./salesforce.ts";
import { shopify } from "./shopify.ts";
import { slack } from "./slack.ts";
import { tiktokBusiness } from "./tiktok-business.ts";
import { x } from "./x.ts";
import { zoom } from "./zoom.ts";

/** All presets by name. */
export const presets: Readonly<Record<PresetName, Preset>> = {
  "facebook-pages": facebookPages,
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
  "tiktok-business": tiktokBusiness,
  x,
  xero,
  zoom,
};

/** Their names, in the order of the alphabet. */
export const presetNames: readonly PresetName[] = Object.keys(presets) as PresetName[];
