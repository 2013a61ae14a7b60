import type { ConfiguredGrant } from "@tokenward/config";
import { parseGrantId } from "@tokenward/core";

/** A grant that is kept elsewhere now. */
export type Arrived = Pick<ConfiguredGrant, "id" | "writeBackKey">;

/** What a human has to write into the configuration after a move. */
export interface ConfigurationChange {
  /** The key that names the write-back: `auth.writeback.backend`, or a platform's own. */
  readonly key: string;
  readonly value: string;
  /** Where the write-back's options stand, in case that is not where they will be read from; and where that is. */
  readonly options?: { readonly from: string; readonly to: string } | undefined;
}

const shared = "auth.writeback";

/**
 * The smallest changes that make a configuration read these grants from where they are now. One key for all where all
 * that read it have moved; else one for each platform, or account.
 */
export function configurationChanges(
  arrived: readonly Arrived[],
  all: readonly Arrived[],
  backend: string,
): readonly ConfigurationChange[] {
  const there = new Set(arrived.map(({ id }) => id));
  const gone = (others: readonly Arrived[]): boolean => others.every(({ id }) => there.has(id));
  const keys = arrived.map(({ id, writeBackKey: key }) => {
    if (gone(all.filter((other) => other.writeBackKey === key))) return key;
    const { platform, account } = parseGrantId(id);
    const ofPlatform = `platforms.${platform}`;
    const together = gone(all.filter((other) => parseGrantId(other.id).platform === platform));
    return `${ofPlatform}${together || account === undefined ? "" : `.accounts.${account}`}.writeback`;
  });
  return [...new Set(keys)].map((key) => ({
    key: `${key}.backend`,
    value: backend,
    options: key === shared ? undefined : { from: optionsIn(shared, backend), to: optionsIn(key, backend) },
  }));
}

// A package or a file has its options under `options`.
function optionsIn(key: string, backend: string): string {
  return `${key}.${/[/@]|^\./.test(backend) ? "options" : backend}`;
}
