import { TokenwardError } from "@tokenward/core";
import type { Context, ExitCode } from "../context.ts";
import { onePlan } from "../one-plan.ts";
import { printConsent } from "../output/consent.ts";
import { withConfiguration } from "../with-configuration.ts";

/**
 * `tokenward auth <grant>`
 *
 * @param typo what to say where the word is no grant, but nearly a command
 */
export async function authConnect(
  context: Context,
  grant: string,
  typo: TokenwardError | undefined,
): Promise<ExitCode> {
  try {
    return await withConfiguration(context, async (configuration) =>
      printConsent(onePlan(configuration, grant), context),
    );
  } catch (error) {
    throw TokenwardError.is(error) && error.code.startsWith("ERR_CONFIG_") ? (typo ?? error) : error;
  }
}
