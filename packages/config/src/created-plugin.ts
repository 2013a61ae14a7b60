import type { Plugin, PluginKinds } from "@tokenward/core";
import type { ConfigProblem } from "./problem.ts";
import type { AnyPlugin, ConfiguredKind } from "./plugin-name.ts";

/** What stands in a configuration program where YAML has a plugin's name: an instance, and how it came about. */
export interface CreatedPlugin {
  readonly kind: ConfiguredKind;
  readonly name: string;
  /** Whose factory made it. Absent where the file's author wrote the object. */
  readonly plugin?: AnyPlugin<ConfiguredKind> | undefined;
  /** As they were passed: neither checked nor with their references replaced. */
  readonly options: unknown;
  readonly instance: object;
  /** Whether the instance works. Otherwise it only stands for one that the reading creates, or says why it cannot. */
  readonly complete: boolean;
  /** What is wrong with the options. */
  readonly mistakes?: readonly ConfigProblem[] | undefined;
}

const known = new WeakMap<object, CreatedPlugin>();

/** Remembers what a factory made. */
export function rememberCreated(created: CreatedPlugin): void {
  known.set(created.instance, created);
}

/** What is known about an instance; `undefined` for text, plain blocks and everything else that is none. */
export function createdPlugin(value: unknown): CreatedPlugin | undefined {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return undefined;
  return known.get(value) ?? factoryItself(value) ?? ownInstance(value);
}

// Plain JavaScript shows nobody that the call is missing, and there is only one thing it can mean.
function factoryItself(value: object): CreatedPlugin | undefined {
  const { kind, pluginName, create } = value as Partial<Plugin<ConfiguredKind, unknown>>;
  if (typeof kind !== "string" || typeof pluginName !== "string" || typeof create !== "function") return undefined;
  return {
    kind,
    name: pluginName,
    plugin: value as AnyPlugin<ConfiguredKind>,
    options: {},
    instance: value,
    complete: false,
  };
}

// The methods that each kind must have, and nothing else in a configuration has.
const methods: Readonly<Record<ConfiguredKind, readonly string[]>> = {
  refresher: ["assess"],
  "write-back": ["target", "read", "probe", "save"],
  notifier: ["notify"],
  "rate-bucket": ["take", "penalize", "observe"],
  state: ["peek", "hold"],
};

function ownInstance(value: object): CreatedPlugin | undefined {
  const has = (name: string): boolean => typeof (value as Record<string, unknown>)[name] === "function";
  for (const [kind, names] of Object.entries(methods) as [ConfiguredKind, readonly string[]][]) {
    if (!names.every((name) => has(name))) continue;
    const { platform, name } = value as { readonly platform?: unknown; readonly name?: unknown };
    const own = [name, platform].find((word) => typeof word === "string" && word !== "") as string | undefined;
    return { kind, name: own ?? "own", options: {}, instance: value, complete: true };
  }
  return undefined;
}

/** A plugin that has nothing but this one instance, for an object that no factory made. */
export function pluginOf<Kind extends ConfiguredKind>(created: CreatedPlugin): AnyPlugin<Kind> {
  if (created.plugin !== undefined) return created.plugin as AnyPlugin<Kind>;
  const instance = (): PluginKinds[Kind] => created.instance as PluginKinds[Kind];
  return Object.assign(instance, {
    kind: created.kind as Kind,
    pluginName: created.name,
    apiVersion: 1,
    options: { "~standard": { version: 1, vendor: "tokenward", validate: (value: unknown) => ({ value }) } },
    secretOptions: [],
    create: instance,
  }) as unknown as AnyPlugin<Kind>;
}
