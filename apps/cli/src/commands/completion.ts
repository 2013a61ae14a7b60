import { completionScript, type Shell } from "../completion/scripts.ts";
import type { Context, ExitCode } from "../context.ts";

/** `tokenward completion <shell>` */
export async function completion(shell: Shell, context: Context): Promise<ExitCode> {
  context.output.data(completionScript(shell).trimEnd());
  return 0;
}
