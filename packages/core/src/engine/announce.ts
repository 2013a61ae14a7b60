import { randomUUID } from "node:crypto";
import type { ErrorCode } from "../errors/catalogue.ts";
import { messageOf } from "../errors/error.ts";
import type { Alert } from "../notifier.ts";
import type { Severity } from "../severity.ts";
import type { GrantPlan } from "../plan.ts";
import type { AlertState, OutboxEntry } from "../state.ts";
import type { RefreshStatus } from "../status.ts";
import type { EngineContext } from "./context.ts";
import { withDeadline } from "./deadline.ts";

/** What was found out about one subject, as far as alerts are concerned. */
export interface Finding {
  /** Grant, or write-back. */
  readonly subject: string;
  readonly condition: "refresh" | "credential-expiry";
  readonly alert: boolean;
  readonly severity?: Severity | undefined;
  readonly code?: ErrorCode | undefined;
  readonly detail: string;
  /** Whether the opposite was proven: only that ends an incident. */
  readonly proven: boolean;
}

/** A status, as a finding. Only a refresh that really happened, or a grant found in order, ends an incident. */
export function findingOf(plan: GrantPlan, status: RefreshStatus): Finding {
  const { alert, severity, code, detail, action } = status;
  const proven = action === "rotated" || action === "refreshed" || action === "healthy";
  return { subject: plan.id, condition: "refresh", alert, severity, code, detail, proven };
}

const rank: Readonly<Record<Severity, number>> = { warn: 1, page: 2, critical: 3 };
const notifyDeadline = 15_000;
const retryEvery = 60_000;

/**
 * Step 12 towards humans: the edge (opened, escalated, resolved) becomes durable together with its outbox entries,
 * then is delivered. A notifier that fails never makes a refresh fail; its entry stays for the next run.
 */
export async function announce(finding: Finding, context: EngineContext): Promise<void> {
  if (context.notifiers.length === 0) return;
  try {
    const known = await context.state.alerts.get(finding.subject, finding.condition);
    const alert = edge(finding, known, context.clock.now());
    if (alert !== undefined) {
      const entries = context.notifiers.map(({ name }): OutboxEntry => ({
        id: `${alert.id}:${name}`,
        notifier: name,
        alert,
        attempts: 0,
        notBefore: alert.at,
      }));
      // Another process that saw the same edge was faster: it delivers.
      if (!(await context.state.alerts.put(nextState(alert, known), entries, known))) return;
    }
    await deliverOutbox(context);
  } catch (thrown) {
    context.note(`Alerts could not be recorded: ${messageOf(thrown)}`);
  }
}

function edge(finding: Finding, known: AlertState | undefined, at: Date): Alert | undefined {
  const open = known !== undefined && known.resolvedAt === undefined ? known : undefined;
  const { subject, condition, code, detail } = finding;
  const shape = { id: randomUUID(), subject, condition, at, code, summary: detail };
  if (finding.alert) {
    const severity = finding.severity ?? "page";
    if (open === undefined) return { ...shape, incident: randomUUID(), edge: "opened", severity };
    if (rank[severity] <= rank[open.severity]) return undefined;
    return { ...shape, incident: open.incident, edge: "escalated", severity };
  }
  if (open === undefined || !finding.proven) return undefined;
  return { ...shape, incident: open.incident, edge: "resolved", severity: open.severity };
}

function nextState(alert: Alert, known: AlertState | undefined): AlertState {
  return {
    subject: alert.subject,
    condition: alert.condition,
    severity: alert.severity,
    incident: alert.incident,
    openedAt: alert.edge === "opened" ? alert.at : (known?.openedAt ?? alert.at),
    notifiedAt: alert.at,
    resolvedAt: alert.edge === "resolved" ? alert.at : undefined,
    detail: alert.summary,
  };
}

async function deliverOutbox(context: EngineContext): Promise<void> {
  const { alerts } = context.state;
  for (const entry of await alerts.outbox(context.clock.now())) {
    const named = context.notifiers.find(({ name }) => name === entry.notifier);
    if (named === undefined) continue;
    try {
      await withDeadline(
        named.notifier.notify(entry.alert, context.io(notifyDeadline)),
        notifyDeadline,
        "no answer in time",
      );
      await alerts.settle(entry.id, "delivered");
    } catch (thrown) {
      context.note(`The notifier ${entry.notifier} failed: ${messageOf(thrown)}`);
      await alerts.settle(entry.id, { notBefore: new Date(context.clock.now().getTime() + retryEvery) });
    }
  }
}
