import {
  environmentPrefix,
  parseGrantId,
  withPlatform,
  withTraits,
  type DecayDays,
  type GrantId,
  type Refresher,
} from "@tokenward/core";
import { instanceOf } from "./backend.ts";
import { clientOf, inheritClient } from "./client.ts";
import type { ConfiguredGrant } from "./configuration.ts";
import { readDecay } from "./decay.ts";
import type { Level, NamedWriteBack } from "./level.ts";
import type { Found } from "./load-plugin.ts";
import { formatPath, type ConfigPath } from "./problem.ts";
import { findingOf, type Reading } from "./reading.ts";
import type { Resolved } from "./references.ts";
import { grantShape, platformShape } from "./schema.ts";
import { checkBlock, optionNames } from "./schema-problems.ts";

/** What grants take from the file's `auth` where their platform says nothing. */
export interface GrantDefaults {
  readonly writeBack: NamedWriteBack | undefined;
  readonly refreshAt: number | undefined;
  readonly decay: DecayDays | undefined;
}

/** Everything that was read about one grant. */
export interface GrantParts {
  readonly id: GrantId;
  readonly enabled: boolean;
  readonly refresher: Found<"refresher"> | undefined;
  readonly platform: Level;
  readonly account?: Level | undefined;
  readonly defaults: GrantDefaults;
}

/** Puts a plan together; `undefined` where something stands against it, which is reported. */
export function planGrant(parts: GrantParts, reading: Reading): ConfiguredGrant | undefined {
  const { id, platform, account, defaults } = parts;
  const keys = { ...platform.keys, ...stated(account?.keys) };
  const at = account?.at ?? platform.at;
  const refresher = createRefresher(parts, at, reading);
  const ownWriteBack = [account, platform].find((level) => level?.writesWriteBack);
  const writeBack = ownWriteBack === undefined ? defaults.writeBack : ownWriteBack.writeBack;
  const platformDecay = readDecay(platform.keys.decay, defaults.decay, [...platform.at, "decay"], reading);
  const decay = account ? readDecay(account.keys.decay, platformDecay, [...at, "decay"], reading) : platformDecay;
  if (refresher === undefined || writeBack === undefined) return undefined;
  const client = account ? inheritClient(account.client, platform.client) : platform.client;
  const graceful = typeof keys.reuse === "object" ? { graceSeconds: keys.reuse.grace_seconds } : keys.reuse;
  return {
    id,
    enabled: parts.enabled,
    refresher: withTraits(withPlatform(refresher, parseGrantId(id).platform), {
      rotation: keys.rotation,
      reuse: graceful,
      idleLimitDays: keys.idle_limit_days,
    }),
    client: clientOf(client, id, refresher, writeBack.writeBack, at, reading.report),
    writeBack: writeBack.writeBack,
    writeBackName: writeBack.name,
    writeBackOf: ownWriteBack === undefined ? undefined : ownWriteBack === account ? id : parseGrantId(id).platform,
    writeBackKey: formatPath([...(ownWriteBack?.at ?? ["auth"]), "writeback"]),
    requiredScopes: keys.required_scopes,
    onScopeDrift: keys.on_scope_drift,
    refreshAt: keys.refresh_at ?? defaults.refreshAt,
    alertBeforeDays: keys.alert_before_days,
    decay,
    firstFacts: {
      accessTokenExpiresAt: keys.access_token_expires_at,
      refreshTokenExpiresAt: keys.refresh_token_expires_at,
    },
    environmentPrefix: environmentPrefixOf(parts),
  };
}

/**
 * The prefix that the file sets for a grant's environment variables. A platform's stands for its name, and an account
 * adds its own; an account's stands for the whole.
 */
export function environmentPrefixOf({
  id,
  platform,
  account,
}: Pick<GrantParts, "id" | "platform" | "account">): string | undefined {
  const above = platform.keys.env;
  if (account === undefined) return above;
  if (account.keys.env !== undefined || above === undefined) return account.keys.env;
  return above + environmentPrefix(id).slice(environmentPrefix(parseGrantId(id).platform).length);
}

function createRefresher(
  { refresher: found, platform, account }: GrantParts,
  at: ConfigPath,
  reading: Reading,
): Refresher | undefined {
  if (found === undefined) return undefined;
  const { plugin, about } = found;
  if (found.created !== undefined) return createdRefresher(found, platform, reading);
  const resolved = account === undefined ? platform.options : inheritOptions(account.options, platform.options);
  const own = account?.options.value ?? {};
  const options = checkBlock(plugin.options, {
    reading,
    resolved,
    at,
    plugin: about.package,
    known: [...optionNames(plugin.options), ...Object.keys(grantShape), ...Object.keys(platformShape)],
    origin: (path) => [
      ...(path[0] !== undefined && !Object.hasOwn(own, path[0]) && isWritten(path[0], platform) ? platform.at : at),
      ...path,
    ],
  });
  if (options === undefined) return undefined;
  try {
    return plugin.create(options, { folder: reading.folder, env: reading.env });
  } catch (error) {
    reading.report.mistake(findingOf(at, error));
    return undefined;
  }
}

// Its options stand in the factory's call, for all accounts alike.
function createdRefresher(
  found: Found<"refresher">,
  { at, options: resolved }: Level,
  reading: Reading,
): Refresher | undefined {
  const { plugin, about } = found;
  const place = [...at, "refresher"];
  const known = optionNames(plugin.options);
  const options = checkBlock(plugin.options, { reading, resolved, at: place, plugin: about.package, known });
  if (options === undefined) return undefined;
  try {
    return instanceOf(found, options, reading);
  } catch (error) {
    reading.report.mistake(findingOf(place, error));
    return undefined;
  }
}

function isWritten(key: string, level: Level): boolean {
  return Object.hasOwn(level.options.value as object, key);
}

function inheritOptions(own: Resolved, above: Resolved): Resolved {
  return {
    value: { ...(above.value as object), ...(own.value as object) },
    incomplete: own.incomplete || above.incomplete,
    isUnresolved: (path) => own.isUnresolved(path) || above.isUnresolved(path),
  };
}

function stated<Keys extends object>(keys: Keys | undefined): Partial<Keys> {
  return Object.fromEntries(Object.entries(keys ?? {}).filter(([, value]) => value !== undefined)) as Partial<Keys>;
}
