import type { Notifier } from "./notifier.ts";
import type { RateBucket } from "./rate-bucket.ts";
import type { Refresher } from "./refresher.ts";
import type { GrantState } from "./state.ts";
import type { WriteBack } from "./write-back.ts";
import { TokenwardError } from "./errors/error.ts";

/** The contract's version. A plugin made for another one is refused with one sentence. */
export const pluginApiVersion = 1;

/** What each kind of plugin creates. */
export interface PluginKinds {
  refresher: Refresher;
  "write-back": WriteBack;
  notifier: Notifier;
  "rate-bucket": RateBucket;
  state: GrantState;
}

/** The five kinds of plugins. */
export type PluginKind = keyof PluginKinds;

/** The part of Standard Schema 1 that core uses; zod schemas have it. */
export interface OptionsSchema<Options> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Options> | Promise<SchemaResult<Options>>;
    readonly types?: { readonly input: unknown; readonly output: Options } | undefined;
  };
}

/** What a schema found. */
export type SchemaResult<Options> =
  | { readonly value: Options; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** One thing that a schema refused. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What an author writes to define a plugin. */
export interface PluginSpec<Kind extends PluginKind, Options> {
  /** The part of the package name after the kind: `tiktok` of `@tokenward/refresher-tiktok`. */
  readonly name: string;
  readonly apiVersion: typeof pluginApiVersion;
  /** Checks what a configuration file or a caller passes. Synchronous. */
  readonly options: OptionsSchema<Options>;
  /** Options that hold secrets, as dotted paths. Configuration wraps them and refuses literals. */
  readonly secretOptions?: readonly string[] | undefined;
  /** Cheap and synchronous: connects nowhere, imports no SDK. Those are brought in on first use. */
  create(options: Options, context: PluginContext): PluginKinds[Kind];
}

/** What a plugin may know about where it was configured. */
export interface PluginContext {
  /** Folder that relative paths in options are meant from: the configuration file's, else the current one. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A plugin package's default export: a factory for code, and data for configuration files. */
export interface Plugin<Kind extends PluginKind, Options> {
  /** @throws `ERR_CONFIG_OPTIONS` when the options are not valid. */
  (...options: Partial<Options> extends Options ? [options?: Options] : [options: Options]): PluginKinds[Kind];
  readonly kind: Kind;
  readonly pluginName: string;
  readonly apiVersion: number;
  readonly options: OptionsSchema<Options>;
  readonly secretOptions: readonly string[];
  create(options: Options, context: PluginContext): PluginKinds[Kind];
}

/** Defines a refresher. */
export function defineRefresher<Options>(spec: PluginSpec<"refresher", Options>): Plugin<"refresher", Options> {
  return definePlugin("refresher", spec);
}

/** Defines a write-back. */
export function defineWriteBack<Options>(spec: PluginSpec<"write-back", Options>): Plugin<"write-back", Options> {
  return definePlugin("write-back", spec);
}

/** Defines a notifier. */
export function defineNotifier<Options>(spec: PluginSpec<"notifier", Options>): Plugin<"notifier", Options> {
  return definePlugin("notifier", spec);
}

/** Defines a rate bucket. */
export function defineRateBucket<Options>(spec: PluginSpec<"rate-bucket", Options>): Plugin<"rate-bucket", Options> {
  return definePlugin("rate-bucket", spec);
}

/** Defines a state. */
export function defineState<Options>(spec: PluginSpec<"state", Options>): Plugin<"state", Options> {
  return definePlugin("state", spec);
}

/**
 * What creates instances while a configuration that is a program (`tokenward.config.ts`) is read: there relative paths
 * are meant from the file's folder, references are resolved, and all mistakes are reported together. `@tokenward/config`
 * puts it here; it answers `undefined` to everybody else who calls a factory meanwhile.
 */
type CreateConfigured = (plugin: object, options: unknown) => object | undefined;

// In the registry of symbols, because the configuration may use another copy of core than the one that reads it.
const configuring: symbol = Symbol.for("tokenward.configuring");

function definePlugin<Kind extends PluginKind, Options>(
  kind: Kind,
  spec: PluginSpec<Kind, Options>,
): Plugin<Kind, Options> {
  const factory = (options?: unknown): PluginKinds[Kind] => {
    const createConfigured = (globalThis as Record<symbol, unknown>)[configuring] as CreateConfigured | undefined;
    const configured = createConfigured?.(plugin, options);
    if (configured !== undefined) return configured as PluginKinds[Kind];
    const checked = spec.options["~standard"].validate(options ?? {});
    if (checked instanceof Promise) throw new TypeError(`The options schema of ${spec.name} must be synchronous.`);
    if (checked.issues !== undefined) {
      const reason = checked.issues.map((issue) => describeIssue(issue)).join("; ");
      throw new TokenwardError("ERR_CONFIG_OPTIONS", { plugin: spec.name, reason });
    }
    return spec.create(checked.value, { folder: process.cwd(), env: process.env });
  };
  const plugin = Object.assign(factory, {
    kind,
    pluginName: spec.name,
    apiVersion: spec.apiVersion,
    options: spec.options,
    secretOptions: spec.secretOptions ?? [],
    create: (options: Options, context: PluginContext) => spec.create(options, context),
  }) as Plugin<Kind, Options>;
  return plugin;
}

/** The dotted path of an issue, empty at the root. */
export function issuePath(issue: SchemaIssue): readonly string[] {
  return (issue.path ?? []).map((part) => String(typeof part === "object" ? part.key : part));
}

function describeIssue(issue: SchemaIssue): string {
  const path = issuePath(issue).join(".");
  return path === "" ? issue.message : `${path}: ${issue.message}`;
}
