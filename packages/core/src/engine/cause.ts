import type { AlertCondition } from "../notifier.ts";
import { writeBackLabel, type GrantPlan } from "../plan.ts";
import type { AlertCause } from "../state.ts";
import { platformLabelOf } from "./label.ts";
import type { Outcome } from "./outcome.ts";

/** What a trouble has in common with that of other grants: the platform, the client, or the place where they are kept. */
export function causeOf(plan: GrantPlan, condition: AlertCondition, outcome: Outcome | undefined): AlertCause {
  if (condition === "write-back-failed") {
    const label = writeBackLabel(plan);
    return { key: `${label} ${outcome?.error?.code ?? ""}`, subject: `write-back ${label}`, label };
  }
  const platform = plan.id.split("/")[0] as string;
  return { key: `${platform} ${kind(plan, outcome)}`, subject: `platform ${platform}`, label: platformLabelOf(plan) };
}

function kind({ client }: GrantPlan, outcome: Outcome | undefined): string {
  const code = outcome?.error?.code ?? "";
  // A platform in trouble answers one grant with 503 and another not at all.
  if (outcome?.class === "transient" || outcome?.class === "throttled") return "outage";
  return outcome?.class === "client" ? `${code} ${client.id}` : code;
}
