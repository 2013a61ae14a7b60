import { randomUUID } from "node:crypto";
import type { EngineContext } from "../engine/context.ts";
import { TokenwardError } from "../errors/error.ts";
import { memoryAlerts } from "../memory-alerts.ts";
import type { Alert, AlertEdge } from "../notifier.ts";
import type { Severity } from "../severity.ts";
import type { OutboxEntry } from "../state.ts";
import type { NotifierStatus } from "../status.ts";
import { Deliveries } from "./deliveries.ts";
import { routeOf } from "./routes.ts";

/**
 * Sends a message to each notifier, and at once its end, so that nothing stays open. Nothing is recorded.
 *
 * @throws `ERR_NOTIFIER_NONE`
 */
export async function testAlerts(context: EngineContext, route?: Severity): Promise<readonly NotifierStatus[]> {
  const { routes, notifiers, installation } = context.telling;
  const named = route === undefined ? notifiers : routeOf(route, routes, notifiers);
  if (named.length === 0) {
    throw new TokenwardError("ERR_NOTIFIER_NONE", { where: route === undefined ? "" : ` for ${route}` });
  }
  const incident = randomUUID();
  const at = context.clock.now();
  const message = (edge: AlertEdge): Alert => ({
    id: randomUUID(),
    incident,
    edge,
    severity: route ?? "warn",
    subject: "installation",
    condition: "test",
    summary: `Tokenward on ${context.host} can reach you: this is a test`,
    detail: "Somebody ran `tokenward alerts test`. Nothing is the matter, and nothing is to be done.",
    openedAt: at,
    at,
  });
  const entries = (["opened", "resolved"] as const).flatMap((edge) => {
    const alert = message(edge);
    return named.map((notifier): OutboxEntry => {
      const id = `${alert.id}:${notifier}`;
      return { id, installation, notifier, alert, recipients: named, attempts: 0, notBefore: at };
    });
  });
  const deliveries = new Deliveries({ ...context, note: () => undefined });
  await deliveries.deliver(entries, memoryAlerts());
  return deliveries.statuses();
}
