import type { TokenPhrase } from "@tokenward/core/plugin";
import type { OAuth2Options } from "../options.ts";

/** A platform that is known by name: options, and what no option says. Data only, so that it costs nothing to import. */
export interface Preset {
  /** What the platform calls itself. */
  readonly title: string;
  /** The one thing that its users must know, as a sentence for the README. */
  readonly quirk: string;
  /** What a configuration that names the preset need not say. */
  readonly options: Omit<OAuth2Options, "preset"> & { readonly token_url: string; readonly consent: string };
  /** Placeholders that have no sensible default: what to put there. */
  readonly needs?: Readonly<Record<string, string>> | undefined;
  /** Whether a client without a secret is refused before anything is sent. Always so with `client_auth: basic`. */
  readonly secretRequired?: boolean | undefined;
  /** Descriptions beside which an error code means something else. */
  readonly phrases?: readonly TokenPhrase[] | undefined;
  /** Fields that describe an error more closely. */
  readonly subtypes?: readonly string[] | undefined;
}
