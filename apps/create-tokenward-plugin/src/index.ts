export { createPlugin, type CreatedPlugin, type PluginWish } from "./create-plugin.ts";
export { CreationError } from "./creation-error.ts";
export type { PluginKind } from "./kind.ts";
