import type { WriteBack } from "@tokenward/core";
import { created, readBackend } from "./backend.ts";
import { checkKeys } from "./check-keys.ts";
import { readClient, type ClientKeys } from "./client.ts";
import { closest } from "./closest.ts";
import type { CreatedPlugin } from "./created-plugin.ts";
import type { Found, PluginLoader } from "./load-plugin.ts";
import type { ConfigPath } from "./problem.ts";
import type { Reading } from "./reading.ts";
import { resolveReferences, type Resolved } from "./references.ts";
import { grantShape, platformShape, type GrantKeys } from "./schema.ts";

/** A write-back with its name in the file. */
export interface NamedWriteBack {
  readonly writeBack: WriteBack;
  readonly name: string;
}

/** What a platform, or one of its accounts, says by itself. */
export interface Level {
  readonly at: ConfigPath;
  readonly keys: GrantKeys;
  readonly client: ClientKeys;
  /** The refresher's own options, with references replaced. */
  readonly options: Resolved;
  /** Whether it names a write-back of its own, right or wrong. */
  readonly writesWriteBack: boolean;
  readonly writeBack: NamedWriteBack | undefined;
}

/** Reads a platform's or an account's keys; those that the engine does not know are the refresher's options. */
export async function readLevel(
  block: Readonly<Record<string, unknown>>,
  at: ConfigPath,
  refresher: Found<"refresher"> | undefined,
  plugins: PluginLoader,
  reading: Reading,
): Promise<Level> {
  const rules = { secrets: ["client_secret", "client_secrets"], unresolved: ["writeback"], plugins: ["writeback"] };
  const keys = checkKeys(grantShape, block, at, rules, reading);
  return {
    at,
    keys,
    client: readClient(keys, block, at, reading.report),
    options: readOptions(block, at, refresher, reading),
    writesWriteBack: Object.hasOwn(block, "writeback"),
    writeBack: await readWriteBack(keys.writeback, [...at, "writeback"], plugins, reading),
  };
}

/** Reads a `writeback` block. */
export async function readWriteBack(
  block: unknown,
  at: ConfigPath,
  plugins: PluginLoader,
  reading: Reading,
): Promise<NamedWriteBack | undefined> {
  const configured = await readBackend("write-back", block, at, plugins, reading);
  const writeBack = created(configured, at, reading);
  return writeBack && configured && { writeBack, name: configured.name };
}

function readOptions(
  block: Readonly<Record<string, unknown>>,
  at: ConfigPath,
  refresher: Found<"refresher"> | undefined,
  reading: Reading,
): Resolved {
  const engine = new Set([...Object.keys(grantShape), ...Object.keys(platformShape)]);
  const own = Object.fromEntries(Object.entries(block).filter(([key]) => !engine.has(key)));
  // Without the plugin nobody knows which of its options are secrets.
  if (refresher === undefined) return { value: {}, incomplete: true, isUnresolved: () => true };
  if (refresher.created !== undefined) return createdOptions(refresher.created, own, at, reading);
  return resolveReferences(own, at, { paths: refresher.plugin.secretOptions }, reading);
}

// A refresher that a program created has its options already; the accounts below take them over.
function createdOptions(
  { name, options, plugin }: CreatedPlugin,
  written: Readonly<Record<string, unknown>>,
  at: ConfigPath,
  reading: Reading,
): Resolved {
  for (const key of Object.keys(written)) {
    const message = `\`${key}\` is not a key of a platform.`;
    const near = closest(key, Object.keys(grantShape));
    const fix =
      near === undefined ? `Move it into the call, \`${name}({ ${key}: … })\`, or remove it.` : `Write \`${near}\`.`;
    reading.report.mistake({ path: [...at, key], message, fix });
  }
  // An account stands two names deeper than its platform, and has nothing of its own to add.
  const ofAccount = at.length > 2;
  return resolveReferences(
    ofAccount ? {} : options,
    [...at, "refresher"],
    { paths: plugin?.secretOptions ?? [] },
    reading,
  );
}
