export { connectSandbox, type ConnectedControl } from "./connect.ts";
export type {
  ArrivalOptions,
  BarrierOptions,
  ClientOptions,
  Consent,
  ConsentOptions,
  GrantView,
  PolicyOverrides,
  SandboxControl,
  WaitOptions,
} from "./control.ts";
export type { ClockOptions } from "./clock.ts";
export { createSandbox, type Sandbox, type SandboxOptions } from "./create.ts";
export type { BodyCharset, BodyEncoding, Fault, FaultEffects, ForcedAnswer, Rewrite } from "./fault.ts";
export type { Delivery, Ledger, LedgerCounts, LedgerEntry, LedgerQuery, Presented, RequestOutcome } from "./ledger.ts";
export type { Endpoint, Match } from "./match.ts";
export type * from "./platform.ts";
export { instagramPlatform } from "./platforms/instagram.ts";
export type { InstagramSettings } from "./platforms/instagram-settings.ts";
export { linkedinPlatform, type LinkedInSettings } from "./platforms/linkedin.ts";
export { oauth2Platform } from "./platforms/oauth2.ts";
export type { ExpiryFormat, OAuth2Fields, OAuth2Parameters, OAuth2Settings } from "./platforms/oauth2-settings.ts";
export { podiumPlatform } from "./platforms/podium.ts";
export type { PodiumSettings } from "./platforms/podium-settings.ts";
export { presetPlatform, presetPlatforms } from "./platforms/presets/presets.ts";
export { tiktokPlatform, type TikTokSettings } from "./platforms/tiktok.ts";
export { youtubePlatform, type YouTubeSettings } from "./platforms/youtube.ts";
export { basicOf, bearerOf, formOf, headerOf, jsonOf, mediaTypeOf, splitScopes } from "./request-reading.ts";
export { runSandbox, type RunSandboxOptions } from "./run.ts";
export { fingerprint } from "./tokens.ts";
