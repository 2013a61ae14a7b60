import { refreshChannel, type RefreshStep } from "../events.ts";
import type { GrantId } from "../grant.ts";

/** Runs one step of the refresh path between its two events. The end is not published where the step fails. */
export async function step<T>(
  name: RefreshStep,
  subject: { readonly grant: GrantId; readonly target?: string | undefined },
  work: () => Promise<T> | T,
): Promise<T> {
  if (!refreshChannel.hasSubscribers) return await work();
  refreshChannel.publish({ step: name, phase: "start", ...subject });
  const result = await work();
  refreshChannel.publish({ step: name, phase: "end", ...subject });
  return result;
}
