import { daysUntil } from "../assess.ts";
import { TokenwardError } from "../errors/error.ts";
import { writeBackLabel, type GrantPlan } from "../plan.ts";
import { redact } from "../redactor.ts";
import type { WriteBackStatus } from "../status.ts";
import type { WriteBack } from "../write-back.ts";
import type { Alerting } from "../alerts/alerting.ts";
import type { Finding } from "../alerts/finding.ts";
import { writeBackDeadline, type EngineContext } from "./context.ts";
import { withDeadline } from "./deadline.ts";
import { day, severityBefore } from "./ends.ts";

/** Days ahead of its end at which a write-back's own credential is reported. */
const warnDays = 14;

/** The write-backs of a run, each once, with a plan of it. Two of one kind are told apart by what they are, not by name. */
export function writeBacksOf(plans: readonly GrantPlan[]): ReadonlyMap<WriteBack, GrantPlan> {
  return new Map(plans.map((plan) => [plan.writeBack, plan]));
}

/** Asks every write-back of a run when its own credential dies, and tells humans ahead of that day. */
export async function watchCredentials(
  plans: readonly GrantPlan[],
  context: EngineContext,
  alerting: Alerting,
): Promise<readonly WriteBackStatus[]> {
  const statuses: WriteBackStatus[] = [];
  const soonest = new Map<string, WriteBackStatus>();
  for (const [writeBack, plan] of writeBacksOf(plans)) {
    const status = await credentialStatus(writeBack, plan.writeBackName, context);
    if (status === undefined) continue;
    statuses.push(status);
    // Where nothing tells two of them apart, that one has long to go must not end the alert of the other.
    const label = writeBackLabel(plan);
    const other = soonest.get(label);
    if (other === undefined || endOf(status) < endOf(other)) soonest.set(label, status);
  }
  for (const [label, status] of soonest) await alerting.sight([findingOf(label, status, context.clock.now())]);
  return statuses;
}

function endOf({ credentialExpiresAt }: WriteBackStatus): number {
  return credentialExpiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
}

function findingOf(label: string, { alert, severity = "warn", code, detail }: WriteBackStatus, now: Date): Finding {
  const about = { subject: `write-back ${label}`, condition: "credential-expiry", detail } as const;
  if (!alert) return { ...about, kind: "clear", provenAt: now };
  const summary = `The credential of the write-back ${label} ends soon`;
  return { ...about, kind: "trouble", severity, summary, command: "tokenward writeback check", code };
}

/** What is known about the end of one write-back's credential; `undefined` where it has none that ends. */
export async function credentialStatus(
  writeBack: WriteBack,
  name: string,
  context: Pick<EngineContext, "io" | "clock">,
): Promise<WriteBackStatus | undefined> {
  if (writeBack.credentialExpiry === undefined) return undefined;
  let end: Date | undefined;
  try {
    const asked = writeBack.credentialExpiry(context.io());
    end = await withDeadline(asked, writeBackDeadline, "asking for the credential's end took too long");
  } catch {
    // Whether the place can be used, probe and save say; this question alone makes no run fail.
    return undefined;
  }
  if (end === undefined) return undefined;
  const days = daysUntil(end, context.clock.now());
  if (days > warnDays) {
    const detail = `Its credential is good until ${day(end)}.`;
    return { writeBack: name, credentialExpiresAt: end, alert: false, detail };
  }
  const left = days < 1 ? "less than a day" : `${days} day${days === 1 ? "" : "s"}`;
  const error = new TokenwardError("ERR_WRITEBACK_CREDENTIAL_ENDS", { writeback: name, when: day(end), left });
  return {
    writeBack: name,
    credentialExpiresAt: end,
    alert: true,
    severity: severityBefore(end, context.clock.now()),
    code: error.code,
    detail: redact(`${error.message} ${error.fix}`),
  };
}
