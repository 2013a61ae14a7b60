export type { AlertRoutes } from "./alerts.ts";
export type { Configuration, ConfiguredGrant } from "./configuration.ts";
export { readDuration } from "./duration.ts";
export { configNames } from "./find-config.ts";
export { checkConfig, loadConfig, type ConfigCheck, type ConfigOptions } from "./load.ts";
export type { BundledPlugins, LoadedPlugin } from "./load-plugin.ts";
export type { ConfiguredKind } from "./plugin-name.ts";
export { ConfigProblems, formatProblem, type ConfigProblem } from "./problem.ts";
export { readTimestamp } from "./timestamp.ts";
