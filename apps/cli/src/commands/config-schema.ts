import { configJsonSchema } from "@tokenward/config";
import type { Context, ExitCode } from "../context.ts";
import optionDescriptions from "../option-descriptions.json" with { type: "json" };
import { document } from "../output/status-document.ts";
import { configurationSource } from "../with-configuration.ts";

/** `tokenward config schema` */
export async function configSchema(context: Context): Promise<ExitCode> {
  const source = { ...configurationSource(context), optionDescriptions };
  context.output.data(document(await configJsonSchema(source)));
  return 0;
}
