export type { AlertRoutes } from "@tokenward/core";
export type { Configuration, ConfiguredGrant } from "./configuration.ts";
export { defineConfig, type CheckedConfig, type CheckedPlatforms } from "./define-config.ts";
export { readDuration } from "./duration.ts";
export { readEnvironmentFile } from "./environment-file.ts";
export { listGrants, type ListedGrant } from "./grant-list.ts";
export { configJsonSchema } from "./config-json-schema.ts";
export { configNames } from "./find-config.ts";
export { checkConfig, loadConfig, type ConfigCheck, type ConfigOptions, type SchemaOptions } from "./load.ts";
export type { BundledPlugins, LoadedPlugin } from "./load-plugin.ts";
export type { ConfiguredKind } from "./plugin-name.ts";
export { ConfigProblems, formatProblem, type ConfigProblem } from "./problem.ts";
export { env, fromFile, type SecretReference, type SecretSource } from "./secret-reference.ts";
export type { JsonSchema } from "./json-schema-options.ts";
export { readTimestamp } from "./timestamp.ts";
export type {
  AlertsConfig,
  AuthConfig,
  DecayConfig,
  DurationConfig,
  GrantConfig,
  NamedAccountConfig,
  NamedPlatformConfig,
  PlatformConfig,
  PluginConfig,
  PluginPlatformConfig,
  SecretConfig,
  TokenwardConfig,
  VariableReference,
} from "./typed-config.ts";
export type { NamedWriteBack } from "./level.ts";
