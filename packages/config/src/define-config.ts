import type { Refresher } from "@tokenward/core";
import type { PlatformConfig, PluginPlatformConfig, TokenwardConfig } from "./typed-config.ts";

/** Keys that are in none of a platform's types become impossible ones, so that a slip is an error where it stands. */
export type CheckedPlatforms<Platforms> = {
  readonly [Name in keyof Platforms]: Platforms[Name] extends { readonly refresher: Refresher }
    ? OnlyKeysOf<Platforms[Name], PluginPlatformConfig>
    : Platforms[Name];
};

type OnlyKeysOf<Written, Known> = Written & { readonly [Key in Exclude<keyof Written, keyof Known>]: never };

/** A whole configuration with its platforms checked one by one. */
export type CheckedConfig<Platforms> = Omit<TokenwardConfig, "platforms"> & {
  /** The platforms by their names: lower-case letters, digits and hyphens. */
  readonly platforms: Platforms & CheckedPlatforms<Platforms>;
};

/**
 * A configuration in TypeScript, with completion and errors for all keys. It returns what it is given; the default
 * export of `tokenward.config.ts` is what Tokenward reads.
 *
 * @example
 * ```ts
 * import { defineConfig, env } from "@tokenward/config";
 *
 * export default defineConfig({
 *   platforms: {
 *     youtube: { client_id: "demo.apps.example", client_secret: env("YOUTUBE_CLIENT_SECRET") },
 *   },
 * });
 * ```
 */
export function defineConfig<const Platforms extends Readonly<Record<string, PlatformConfig>>>(
  config: CheckedConfig<Platforms>,
): CheckedConfig<Platforms> {
  return config;
}
