import { parseGrantId } from "@tokenward/core";
import { adopt, loadNamed } from "./backend.ts";
import { checkKeys, mappingOf } from "./check-keys.ts";
import { createdPlugin } from "./created-plugin.ts";
import { checkAccountName, checkEnvironmentNames, checkPlatformName, type EnvironmentUser } from "./grant-names.ts";
import { environmentPrefixOf, planGrant, type GrantDefaults, type GrantParts } from "./grant-plan.ts";
import { readLevel } from "./level.ts";
import type { Found, PluginLoader } from "./load-plugin.ts";
import type { ConfigPath, ConfigProblem } from "./problem.ts";
import { findingOf, whileSwitchedOff, type Reading } from "./reading.ts";
import { platformShape } from "./schema.ts";
import type { ReadGrant } from "./select.ts";

type Block = Readonly<Record<string, unknown>>;

interface PlacedGrant {
  readonly grant: ReadGrant;
  readonly environment: EnvironmentUser;
}

/** Reads everything under `platforms`. */
export async function readPlatforms(
  written: unknown,
  defaults: GrantDefaults,
  plugins: PluginLoader,
  reading: Reading,
): Promise<readonly ReadGrant[]> {
  const platforms = mappingOf(written, ["platforms"], reading) ?? {};
  const placed = await Promise.all(
    Object.entries(platforms).map(([name, block]) => readPlatform(name, block, defaults, plugins, reading)),
  );
  const grants = placed.flat();
  checkEnvironmentNames(
    grants.map(({ environment }) => environment),
    reading.report,
  );
  return grants.map(({ grant }) => grant);
}

async function readPlatform(
  name: string,
  written: unknown,
  defaults: GrantDefaults,
  plugins: PluginLoader,
  reading: Reading,
): Promise<readonly PlacedGrant[]> {
  const at: ConfigPath = ["platforms", name];
  const wellNamed = checkPlatformName(name, at, reading.report);
  const block = mappingOf(written, at, reading);
  if (block === undefined) return [];
  const accounts = readAccounts(block, at, reading);
  const enabled =
    accounts === undefined ? isEnabled(block) : accounts.some((account) => isEnabled(account.block, block));
  const postponed: ConfigProblem[] = [];
  const ours = enabled ? reading : whileSwitchedOff(reading, postponed);

  const { refresher: chosen } = checkKeys(
    platformShape,
    block,
    at,
    { unresolved: ["accounts"], plugins: ["refresher"] },
    ours,
  );
  // A name that cannot be one is no plugin's either; one mistake is enough.
  const refresher =
    wellNamed || chosen !== undefined ? await loadRefresher(name, chosen, at, plugins, ours) : undefined;
  const platform = await readLevel(block, at, refresher, plugins, ours);
  if (accounts === undefined) {
    const parts: GrantParts = { id: name, enabled, refresher, platform, defaults };
    return wellNamed ? [placeGrant(parts, postponed, ours)] : [];
  }

  reportFactsOfOneGrant(block, at, ours);
  const placed = await Promise.all(
    accounts.map(async (account): Promise<readonly PlacedGrant[]> => {
      const accountEnabled = isEnabled(account.block, block);
      const missing = [...postponed];
      const theirs = accountEnabled ? reading : whileSwitchedOff(reading, missing);
      const level = await readLevel(account.block, account.at, refresher, plugins, theirs);
      if (!wellNamed || !account.wellNamed) return [];
      const id = `${name}/${account.name}`;
      const parts: GrantParts = { id, enabled: accountEnabled, refresher, platform, account: level, defaults };
      return [placeGrant(parts, missing, theirs)];
    }),
  );
  return placed.flat();
}

interface AccountBlock {
  readonly name: string;
  readonly at: ConfigPath;
  readonly block: Block;
  readonly wellNamed: boolean;
}

/** `undefined` where the platform has no accounts, and is the grant itself. */
function readAccounts(block: Block, at: ConfigPath, reading: Reading): readonly AccountBlock[] | undefined {
  const { accounts } = block;
  // A block of another kind is reported with the platform's keys.
  if (typeof accounts !== "object" || accounts === null || Array.isArray(accounts)) return undefined;
  return Object.entries(accounts).flatMap(([name, written]) => {
    const here = [...at, "accounts", name];
    const wellNamed = checkAccountName(name, here, reading.report);
    const account = mappingOf(written, here, reading);
    if (account === undefined) return [];
    for (const key of Object.keys(platformShape).filter((key) => Object.hasOwn(account, key))) {
      const message = `\`${key}\` belongs to the platform, not to one of its accounts.`;
      reading.report.mistake({ path: [...here, key], message, fix: "Move it up, or make this a platform of its own." });
    }
    return [{ name, at: here, block: account, wellNamed }];
  });
}

function isEnabled(block: Block, above?: Block): boolean {
  return (block["enabled"] ?? above?.["enabled"]) !== false;
}

async function loadRefresher(
  platform: string,
  chosen: string | object | undefined,
  at: ConfigPath,
  plugins: PluginLoader,
  reading: Reading,
): Promise<Found<"refresher"> | undefined> {
  const here = [...at, "refresher"];
  const own = createdPlugin(chosen);
  if (own !== undefined) return adopt("refresher", own, here, plugins, reading);
  if (typeof chosen === "string") return await loadNamed("refresher", chosen, here, plugins, reading);
  try {
    return await plugins.load("refresher", platform);
  } catch (error) {
    const finding = findingOf(at, error);
    const missing = finding.code === "ERR_CONFIG_PLUGIN_MISSING";
    const fix = missing ? `${finding.fix}; or name one that fits, such as \`refresher: oauth2\`.` : finding.fix;
    reading.report.missing({ ...finding, fix });
    return undefined;
  }
}

function reportFactsOfOneGrant(block: Block, at: ConfigPath, reading: Reading): void {
  for (const key of ["access_token_expires_at", "refresh_token_expires_at"]) {
    if (!Object.hasOwn(block, key)) continue;
    const message = `\`${key}\` is a fact of one grant, and this platform has several accounts.`;
    reading.report.mistake({ path: [...at, key], message, fix: "Move it into the account that it is about." });
  }
}

function placeGrant(parts: GrantParts, postponed: readonly ConfigProblem[], reading: Reading): PlacedGrant {
  const { id, enabled, platform, account } = parts;
  const plan = planGrant(parts, reading);
  const grant: ReadGrant = { id, platform: parseGrantId(id).platform, enabled, plan, postponed };
  return { grant, environment: { id, prefix: environmentPrefixOf(parts), at: account?.at ?? platform.at } };
}
