import type { Consent } from "@tokenward/sandbox";
import { recipient } from "../backends/recovery-capsule.ts";
import { replaced, type Page } from "./page.ts";

/**
 * A page's `tokenward.config.yaml` with what every reader replaces (the age key, and what `own` says), and the sandbox's
 * address in place of TikTok's.
 */
export async function documentedConfig(
  page: Page,
  consent: Consent,
  under?: string,
  own: readonly (readonly [what: string, by: string])[] = [],
): Promise<string> {
  const text = page.file("tokenward.config.yaml", under);
  const example = /age1[a-z0-9]{58}/.exec(text)?.[0];
  if (example === undefined) throw new Error("no age key in the configuration");
  const address: readonly [string, string] = ["tiktok: { ", `tiktok: { token_url: "${consent.tokenUrl}", `];
  return [[example, await recipient()] as const, address, ...own].reduce(
    (done, [what, by]) => replaced(done, what, by),
    text,
  );
}
