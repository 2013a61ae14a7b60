import type { TokenPhrase } from "@tokenward/core/plugin";
import type { OAuth2Options } from "./options.ts";
import { placeholdersOf, withPlaceholders } from "./placeholders.ts";
import { presets } from "./presets/presets.ts";

/** What the options mean once their preset is applied and their addresses are filled as far as they can be. */
export interface Settings extends Omit<OAuth2Options, "preset" | "placeholders"> {
  /** Empty where the options name none; the schema refuses that. */
  readonly token_url: string;
  readonly secretRequired?: boolean | undefined;
  readonly phrases?: readonly TokenPhrase[] | undefined;
  readonly subtypes?: readonly string[] | undefined;
}

/** A placeholder that nothing fills, with what belongs there where a preset knows. */
export interface OpenPlaceholder {
  readonly name: string;
  readonly belongs?: string | undefined;
}

// Options that hold several things by name: what is written beside a preset adds to them.
const named = [
  "rename",
  "params",
  "headers",
  "scope_aliases",
  "errors",
  "sentences",
  "fields",
  "placeholders",
] as const satisfies readonly (keyof OAuth2Options)[];

/** Applies the preset. What the options say themselves wins. */
export function settingsOf(options: OAuth2Options): Settings {
  const { preset: _, placeholders = {}, ...merged } = mergedOptions(options);
  const preset = options.preset === undefined ? undefined : presets[options.preset];
  const filled = (address: string): string => withPlaceholders(address, placeholders);
  return {
    ...merged,
    token_url: filled(merged.token_url ?? ""),
    introspection_url: merged.introspection_url === undefined ? undefined : filled(merged.introspection_url),
    userinfo_url: merged.userinfo_url === undefined ? undefined : filled(merged.userinfo_url),
    consent: merged.consent === undefined ? undefined : filled(merged.consent),
    // Who says how the app authenticates may well have one without a secret.
    secretRequired: options.client_auth === undefined ? preset?.secretRequired : undefined,
    phrases: preset?.phrases,
    subtypes: preset?.subtypes,
  };
}

/**
 * Placeholders of addresses that neither the options nor anything that will be known about a grant can fill: a mistake
 * of the configuration, better found there than at night.
 */
export function openPlaceholders(options: OAuth2Options): readonly OpenPlaceholder[] {
  const { token_url, introspection_url, userinfo_url, attributes = [] } = settingsOf(options);
  const known = new Set(["account", ...attributes]);
  const needs = options.preset === undefined ? undefined : presets[options.preset].needs;
  const addresses = [token_url, introspection_url ?? "", userinfo_url ?? ""];
  const open = new Set(addresses.flatMap((address) => placeholdersOf(address)).filter((name) => !known.has(name)));
  return [...open].map((name) => ({ name, belongs: needs?.[name] }));
}

function mergedOptions(options: OAuth2Options): OAuth2Options {
  if (options.preset === undefined) return options;
  const { introspection_url, userinfo_url, ...base } = presets[options.preset].options;
  // Whoever sends tokens to another host did not ask to show them to the preset's hosts as well.
  const elsewhere = options.token_url === undefined ? { introspection_url, userinfo_url } : {};
  const merged: Record<string, unknown> = { ...base, ...elsewhere };
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined) merged[name] = value;
  }
  for (const name of named) {
    if (base[name] !== undefined && options[name] !== undefined) merged[name] = { ...base[name], ...options[name] };
  }
  return merged;
}
