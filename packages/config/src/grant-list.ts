import { parseGrantId, type GrantId } from "@tokenward/core";
import { readDocument } from "./document.ts";
import { findConfig, isProgram } from "./find-config.ts";

/** A grant that a configuration names. */
export interface ListedGrant {
  readonly id: GrantId;
  readonly enabled: boolean;
}

/**
 * The grants that a configuration names, in its order, without loading plugins or looking at any secret: for shell
 * completion, which must be fast and may say nothing. A file that is missing, broken or half written gives what can be
 * read of it; a program (`tokenward.config.ts`) is not run for that, and gives nothing.
 */
export function listGrants(options: {
  readonly path?: string | undefined;
  readonly folder: string;
}): readonly ListedGrant[] {
  try {
    const { path, text } = findConfig(options.path, options.folder);
    return isProgram(path) ? [] : grantsOf(blockOf(readDocument(text).root)["platforms"]);
  } catch {
    return [];
  }
}

function grantsOf(platforms: unknown): readonly ListedGrant[] {
  return Object.entries(blockOf(platforms)).flatMap(([platform, written]) => {
    const block = blockOf(written);
    const enabled = block["enabled"] !== false;
    const accounts = Object.entries(blockOf(block["accounts"]));
    if (accounts.length === 0) return listed(platform, enabled);
    return accounts.flatMap(([account, own]) =>
      listed(`${platform}/${account}`, (blockOf(own)["enabled"] ?? enabled) !== false),
    );
  });
}

function listed(id: GrantId, enabled: boolean): readonly ListedGrant[] {
  try {
    parseGrantId(id);
    return [{ id, enabled }];
  } catch {
    return [];
  }
}

function blockOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
