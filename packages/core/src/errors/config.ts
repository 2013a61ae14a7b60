import type { ErrorEntry } from "./entry.ts";

/** Failures of configuration and usage. */
export const configErrors: Record<
  | "ERR_CONFIG_NOT_FOUND"
  | "ERR_CONFIG_UNREADABLE"
  | "ERR_CONFIG_PROGRAM"
  | "ERR_CONFIG_ENV_FILE"
  | "ERR_CONFIG_INVALID"
  | "ERR_CONFIG_PLUGIN_MISSING"
  | "ERR_CONFIG_PLUGIN_INVALID"
  | "ERR_CONFIG_PLUGIN_API"
  | "ERR_CONFIG_OPTIONS"
  | "ERR_CONFIG_GRANT_NAME"
  | "ERR_CONFIG_GRANT_UNKNOWN"
  | "ERR_CONFIG_NOTHING_SELECTED"
  | "ERR_CONFIG_SEED"
  | "ERR_CONFIG_USAGE"
  | "ERR_CONFIG_NODE",
  ErrorEntry
> = {
  ERR_CONFIG_NOT_FOUND: {
    what: "No configuration was found in {folder} or above it.",
    why: "Tokenward looks for tokenward.config.yaml, .yml, .json, .ts, .mts, .js or .mjs.",
    fix: "Write tokenward.config.yaml (see the README), or name a file with --config.",
  },
  ERR_CONFIG_UNREADABLE: {
    what: "The configuration {path} cannot be read: {reason}.",
    why: "It does not exist, or this user may not read it.",
    fix: "Check the path and its permissions.",
  },
  ERR_CONFIG_PROGRAM: {
    what: "The configuration {path} failed while it ran: {reason}.",
    why: "A configuration in TypeScript or JavaScript is a program. Node runs it, with types stripped, before it is checked.",
    fix: "Correct it, so that it runs and exports its configuration.",
  },
  ERR_CONFIG_ENV_FILE: {
    what: "The environment file {path} cannot be read: {reason}.",
    why: "--env-file names it, and without its variables the configuration would mean something else.",
    fix: "Check the path and its permissions, or leave --env-file out.",
  },
  ERR_CONFIG_INVALID: {
    what: "{path} has {count}.",
    why: "All mistakes of a file are reported together, before anything connects.",
    fix: "Correct them; `tokenward config check` verifies the file.",
  },
  ERR_CONFIG_PLUGIN_MISSING: {
    what: "The plugin {plugin} is not installed.{suggestion}",
    why: "Plugins are resolved from the folder of the configuration file, else from those that the CLI brings along; never downloaded.",
    fix: "Install it beside the configuration: npm install {plugin}",
  },
  ERR_CONFIG_PLUGIN_INVALID: {
    what: "{plugin} is not a Tokenward {kind}: {reason}.",
    why: "A plugin package exports, as its default, what defineRefresher, defineWriteBack, defineNotifier, defineRateBucket or defineState returned.",
    fix: "Correct the name in the configuration, or ask the plugin's author.",
  },
  ERR_CONFIG_PLUGIN_API: {
    what: "{plugin} was made for plugin API {found}; this Tokenward speaks {known}.",
    why: "The plugin and Tokenward are of different generations.",
    fix: "Update whichever is older.",
  },
  ERR_CONFIG_OPTIONS: {
    what: "The options of {plugin} are not valid: {reason}.",
    why: "The plugin's schema refused them.",
    fix: "Correct the options; the plugin's README lists them.",
  },
  ERR_CONFIG_GRANT_NAME: {
    what: "`{grant}` is not a grant: it must look like tiktok or tiktok/brand-a.",
    why: "A platform name is lower-case letters, digits and hyphens; an account may also hold capitals, dots and underscores.",
    fix: "Use one of the names that `tokenward auth status` lists.",
  },
  ERR_CONFIG_GRANT_UNKNOWN: {
    what: "`{grant}` is not configured.{suggestion}",
    why: "The name is not among the platforms and accounts of the configuration file.",
    fix: "Use one of: {known}.",
  },
  ERR_CONFIG_NOTHING_SELECTED: {
    what: "Nothing is selected: no platform is enabled in {path}.",
    why: "Every platform is switched off, or none is configured.",
    fix: "Add a platform, or remove its `enabled: false`.",
  },
  ERR_CONFIG_SEED: {
    what: "The environment variable {name} is not usable: {reason}.",
    why: "Times are RFC 3339 (2026-12-24T00:00:00Z); tokens must not be empty or hold line breaks.",
    fix: "Correct {name}, or remove it.",
  },
  ERR_CONFIG_USAGE: {
    what: "{reason}",
    why: "The command line is not one that Tokenward knows.",
    fix: "See `tokenward --help`.",
  },
  ERR_CONFIG_NODE: {
    what: "Tokenward needs Node 22.19 or newer (22, 24, or 26 and up); this is {found}.",
    why: "It uses the SQLite that newer Node versions bring along.",
    fix: "Install a current Node: https://nodejs.org",
  },
};
