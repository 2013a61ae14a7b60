import path from "node:path";
import { TokenwardError, writeBackLabel, type AlertPolicy, type GrantState, type RateBucket } from "@tokenward/core";
import { readAlerts, type Alerts } from "./alerts.ts";
import { created, readBackend, type Configured } from "./backend.ts";
import { checkKeys, mappingOf, reportUnknownKeys } from "./check-keys.ts";
import type { Configuration } from "./configuration.ts";
import { defaultDecay, readDecay } from "./decay.ts";
import { readDocument } from "./document.ts";
import type { ConfigProgram } from "./config-program.ts";
import type { CreatedPlugin } from "./created-plugin.ts";
import { findConfig, isProgram } from "./find-config.ts";
import { readWriteBack } from "./level.ts";
import { createPluginLoader, type BundledPlugins, type LoadedPlugin, type PluginLoader } from "./load-plugin.ts";
import { readPlatforms } from "./platforms.ts";
import { ConfigProblems, formatProblem, type ConfigProblem } from "./problem.ts";
import { beginReading, findingOf, inOrder, type Reading } from "./reading.ts";
import { authShape, fileShape, type FileKeys } from "./schema.ts";
import { selectGrants, type ReadGrant } from "./select.ts";

/** Where to look, and what is there besides the file. */
export interface ConfigOptions {
  /** The file, as `--config` names it. Absent: the nearest one from `folder` upward. */
  readonly path?: string | undefined;
  /** Default: the current folder. */
  readonly folder?: string | undefined;
  /** Default: the process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Plugins that need no installation beside the configuration. */
  readonly bundled?: BundledPlugins | undefined;
  /** The version of all bundled plugins. */
  readonly bundledVersion?: string | undefined;
  /** Told one line for each warning. */
  readonly note?: ((message: string) => void) | undefined;
}

/** What else a JSON Schema can say. */
export interface SchemaOptions extends ConfigOptions {
  /** What options mean, by package and option, for those whose schemas say nothing about it. */
  readonly optionDescriptions?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;
}

/** What `tokenward config check` found. */
export interface ConfigCheck {
  readonly path: string;
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly ConfigProblem[];
  readonly plugins: readonly LoadedPlugin[];
}

/**
 * Finds, reads and checks a configuration and loads the plugins that it names. Connects nowhere.
 *
 * @throws `ERR_CONFIG_NOT_FOUND`, `ERR_CONFIG_UNREADABLE`, `ERR_CONFIG_PROGRAM`; `ERR_CONFIG_INVALID`, a {@link ConfigProblems} with every
 *   mistake of the file
 */
export async function loadConfig(options: ConfigOptions = {}): Promise<Configuration> {
  const { file, parts, problems, warnings, plugins, reading, loader } = await readFile(options);
  if (problems.length > 0) throw new ConfigProblems(file, problems);
  const state = createState(parts.state, file, reading);
  for (const warning of warnings) options.note?.(formatProblem(file, warning));
  const writeBackNamed: Configuration["writeBackNamed"] = async (name) =>
    await (await import("./other-write-back.ts")).otherWriteBack(name, file, loader, reading);
  return { ...configurationOf(file, parts, state, plugins), writeBackNamed };
}

/**
 * Everything that {@link loadConfig} would say about a file, without creating a state.
 *
 * @throws `ERR_CONFIG_NOT_FOUND`, `ERR_CONFIG_UNREADABLE`, `ERR_CONFIG_PROGRAM`
 */
export async function checkConfig(options: ConfigOptions = {}): Promise<ConfigCheck> {
  const { file, problems, warnings, plugins } = await readFile(options);
  return { path: file, problems, warnings, plugins };
}

// What a state says by a code of its own (a network folder, say) is about this machine, not a mistake in the file.
function createState(configured: Parts["state"], file: string, reading: Reading): GrantState {
  try {
    if (configured !== undefined) return configured.create();
  } catch (error) {
    if (TokenwardError.is(error)) throw error;
    reading.report.mistake(findingOf(["state"], error));
  }
  throw new ConfigProblems(file, reading.problems);
}

interface Parts {
  readonly grants: readonly ReadGrant[];
  readonly alerts: Alerts;
  readonly state: Configured<"state"> | undefined;
  readonly rateBucket: RateBucket | undefined;
  readonly leaseWait: number | undefined;
  readonly exchangeDeadline: number | undefined;
  readonly recoveryRecipients: readonly string[];
  readonly recoveryFolder: string | undefined;
}

interface ReadFile extends Omit<ConfigCheck, "path"> {
  readonly file: string;
  readonly parts: Parts;
  readonly reading: Reading;
  readonly loader: PluginLoader;
}

/**
 * The plugins of a configuration that could be loaded, whatever else is wrong with it.
 *
 * @throws `ERR_CONFIG_NOT_FOUND`, `ERR_CONFIG_UNREADABLE`, `ERR_CONFIG_PROGRAM`
 */
export async function pluginsOf(options: ConfigOptions): Promise<PluginLoader["found"]> {
  return (await readFile(options)).loader.found;
}

async function readFile(options: ConfigOptions): Promise<ReadFile> {
  const { path: file, text, ignored } = findConfig(options.path, options.folder ?? process.cwd());
  const folder = path.dirname(file);
  const env = options.env ?? process.env;
  const { document, created: instances } = isProgram(file) ? await runProgram(file, env) : yamlOf(text);
  const reading = beginReading(document, folder, env);
  const loader = createPluginLoader(folder, options.bundled ?? {}, options.bundledVersion);
  for (const other of ignored) {
    const message = `${path.basename(other)} lies beside this file and is not read.`;
    reading.report.warning({ path: [], message, fix: "Remove one of the two." });
  }
  const parts = reading.document.broken ? nothing : await readParts(reading, loader);
  reportUnplaced(instances, reading);
  const problems = inOrder(reading.problems);
  return { file, parts, problems, warnings: inOrder(reading.warnings), plugins: loader.loaded, reading, loader };
}

// Most configurations are data, and should not pay for what runs the others.
async function runProgram(file: string, env: Reading["env"]): Promise<ConfigProgram> {
  return await (await import("./config-program.ts")).runProgram(file, env);
}

function yamlOf(text: string): ConfigProgram {
  return { document: readDocument(text), created: [] };
}

// What stands nowhere in the file was handed to another instance, or forgotten. Its mistakes count all the same.
function reportUnplaced(instances: readonly CreatedPlugin[], reading: Reading): void {
  for (const { name, kind, instance, mistakes = [] } of instances) {
    if (reading.placed.has(instance)) continue;
    for (const { message, fix, code } of mistakes) {
      reading.report.mistake({ path: [], message: `In the ${kind} \`${name}\`: ${message}`, fix, code });
    }
  }
}

const nothing: Parts = {
  grants: [],
  alerts: { notifiers: [], policy: {}, heartbeat: undefined },
  state: undefined,
  rateBucket: undefined,
  leaseWait: undefined,
  exchangeDeadline: undefined,
  recoveryRecipients: [],
  recoveryFolder: undefined,
};

const defaultRecoveryFolder = "tokenward-recovery";
const pluginKeys = ["writeback", "alerts", "rate_bucket"];

async function readParts(reading: Reading, plugins: ReturnType<typeof createPluginLoader>): Promise<Parts> {
  const root = mappingOf(reading.document.root, [], reading);
  if (root === undefined) return nothing;
  reportUnknownKeys(fileShape, root, [], reading);
  reportRouter(root, reading);
  if (!Object.hasOwn(root, "platforms")) {
    const message = "`platforms` is missing: there is nothing to keep alive.";
    reading.report.mistake({ path: [], message, fix: "Add, for example, `platforms: { youtube: {} }`." });
  }
  const file = checkKeys<Pick<FileKeys, "state">>(
    { state: fileShape.state },
    root,
    [],
    { unresolved: ["state"], plugins: ["state"] },
    reading,
  );
  const authBlock = mappingOf(root["auth"], ["auth"], reading) ?? {};
  reportUnknownKeys(authShape, authBlock, ["auth"], reading);
  const auth = checkKeys(authShape, authBlock, ["auth"], { unresolved: pluginKeys, plugins: pluginKeys }, reading);

  const local = { backend: "local" };
  const stateBlock = Object.hasOwn(root, "state") ? file.state : local;
  const writeBackBlock = Object.hasOwn(authBlock, "writeback") ? auth.writeback : local;
  const [state, writeBack, alerts, rateBucket] = await Promise.all([
    readBackend("state", stateBlock, ["state"], plugins, reading),
    readWriteBack(writeBackBlock, ["auth", "writeback"], plugins, reading),
    readAlerts(auth.alerts, plugins, reading),
    readBackend("rate-bucket", auth.rate_bucket, ["auth", "rate_bucket"], plugins, reading),
  ]);
  const decay = auth.decay && readDecay(auth.decay, defaultDecay, ["auth", "decay"], reading);
  const defaults = { writeBack, refreshAt: auth.token?.refresh_at, decay };
  return {
    grants: await readPlatforms(root["platforms"], defaults, plugins, reading),
    alerts,
    state,
    rateBucket: created(rateBucket, ["auth", "rate_bucket"], reading),
    leaseWait: auth.lease_wait,
    exchangeDeadline: auth.exchange_deadline,
    recoveryRecipients: auth.recovery?.age_recipients ?? [],
    recoveryFolder: path.resolve(reading.folder, auth.recovery?.path ?? defaultRecoveryFolder),
  };
}

function reportRouter(root: Readonly<Record<string, unknown>>, reading: Reading): void {
  if (!Object.hasOwn(root, "router")) return;
  reading.report.warning({
    path: ["router"],
    message: "`router` is not checked or used: it belongs to @tokenward/router, which is not installed.",
    fix: "Leave it if that package will read it; else remove it.",
  });
}

// Switched off, nobody looks at a grant any more.
function watched(grants: readonly ReadGrant[]): Pick<AlertPolicy, "grants" | "writeBacks"> {
  const enabled = grants.flatMap(({ plan }) => (plan?.enabled === true ? [plan] : []));
  return { grants: enabled.map(({ id }) => id), writeBacks: [...new Set(enabled.map((plan) => writeBackLabel(plan)))] };
}

function configurationOf(
  file: string,
  parts: Parts,
  state: GrantState,
  plugins: readonly LoadedPlugin[],
): Omit<Configuration, "writeBackNamed"> {
  const { grants, alerts, rateBucket, leaseWait, exchangeDeadline, recoveryRecipients, recoveryFolder } = parts;
  return {
    path: file,
    folder: path.dirname(file),
    plans: grants.flatMap(({ plan, postponed }) => (plan === undefined || postponed.length > 0 ? [] : [plan])),
    state,
    notifiers: alerts.notifiers,
    alerts: { ...alerts.policy, installation: file, ...watched(grants) },
    heartbeat: alerts.heartbeat,
    rateBucket,
    leaseWait,
    exchangeDeadline,
    recoveryRecipients,
    recoveryFolder,
    plugins,
    select: (selection) => selectGrants(selection, grants, file),
    close: () => state.close(),
  };
}
