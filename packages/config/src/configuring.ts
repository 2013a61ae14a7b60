import { AsyncLocalStorage } from "node:async_hooks";
import { configure, created } from "./backend.ts";
import { rememberCreated, type CreatedPlugin } from "./created-plugin.ts";
import type { AnyPlugin, ConfiguredKind } from "./plugin-name.ts";
import { beginReading, type Reading } from "./reading.ts";

/** What the factories of plugins are told while a configuration program runs. */
interface Session {
  readonly folder: string;
  readonly env: Reading["env"];
  readonly created: CreatedPlugin[];
}

type CreateConfigured = (plugin: AnyPlugin<ConfiguredKind>, options: unknown) => object | undefined;

const session = new AsyncLocalStorage<Session>();
// Where core's definitions look: see `definePlugin`. Another copy of this package may have put its own there before.
const configuring: symbol = Symbol.for("tokenward.configuring");
const shared = globalThis as Record<symbol, unknown>;
const before = shared[configuring] as CreateConfigured | undefined;
shared[configuring] = ((plugin, options) => {
  const current = session.getStore();
  return current === undefined ? before?.(plugin, options) : createIn(current, plugin, options);
}) satisfies CreateConfigured;

/**
 * Runs what evaluates a configuration program. Instances that factories create meanwhile belong to its folder and its
 * environment, and mistakes in their options wait for the reading, which reports them with everything else.
 */
export async function whileConfiguring<T>(
  folder: string,
  env: Reading["env"],
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly created: readonly CreatedPlugin[] }> {
  const created: CreatedPlugin[] = [];
  const result = await session.run({ folder, env, created }, work);
  return { result, created };
}

function createIn(current: Session, plugin: AnyPlugin<ConfiguredKind>, options: unknown): object {
  const reading = beginReading(nowhere, current.folder, current.env);
  const { kind, pluginName: name, apiVersion } = plugin;
  const about = { kind, name, package: name, apiVersion, origin: "in the configuration" } as const;
  const configured = configure({ plugin, about }, name, options, [], reading);
  // A state may look at the disk, and `config check` creates none; what stands for it is made when it is needed.
  const made = kind === "state" ? undefined : created(configured, [], reading);
  const complete = made !== undefined && reading.problems.length === 0;
  const instance = complete ? made : {};
  const record: CreatedPlugin = {
    kind,
    name,
    plugin,
    options: options ?? {},
    instance,
    complete,
    mistakes: reading.problems,
  };
  rememberCreated(record);
  current.created.push(record);
  return instance;
}

const nowhere = { root: {}, broken: false, mistakes: [], position: () => undefined };
