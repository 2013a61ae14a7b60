import type { JsonSchema } from "./json-schema-options.ts";
import type { SchemaOptions } from "./load.ts";

/**
 * One JSON Schema (draft 2020-12) of a whole configuration: the engine's keys, and the options of the bundled plugins
 * and of those that the present configuration uses. For editors, and for whoever writes configurations by program.
 *
 * Mistakes in the configuration do not matter here, as long as it can be read.
 *
 * @throws `ERR_CONFIG_UNREADABLE`, `ERR_CONFIG_PROGRAM`
 */
export async function configJsonSchema(options: SchemaOptions = {}): Promise<JsonSchema> {
  // Nothing else needs what writes it, nor the words in it.
  return await (await import("./json-schema.ts")).createJsonSchema(options);
}
