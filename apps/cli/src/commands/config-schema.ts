import { configJsonSchema } from "@tokenward/config";
import type { Context, ExitCode } from "../context.ts";
import { document } from "../output/status-document.ts";
import { configurationSource } from "../with-configuration.ts";

/** `tokenward config schema` */
export async function configSchema(context: Context): Promise<ExitCode> {
  context.output.data(document(await configJsonSchema(configurationSource(context))));
  return 0;
}
