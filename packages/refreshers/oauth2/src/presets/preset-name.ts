/** The platforms that the generic refresher knows by name. */
export type PresetName =
  | "facebook-pages"
  | "hubspot"
  | "kick"
  | "microsoft"
  | "pinterest"
  | "quickbooks"
  | "reddit"
  | "salesforce"
  | "shopify"
  | "slack"
  | "threads"
  | "tiktok-business"
  | "x"
  | "xero"
  | "zoom";
