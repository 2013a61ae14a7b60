import { checkConfig } from "@tokenward/config";
import type { Context, ExitCode } from "../context.ts";
import { printCheck } from "../output/check.ts";
import { configurationSource } from "../with-configuration.ts";

/** `tokenward config check` */
export async function configCheck(context: Context): Promise<ExitCode> {
  return printCheck(await checkConfig(configurationSource(context)), context.output);
}
