import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { faultsByDescription } from "./description.ts";

/** An event as it came off the wire. */
export interface PagerdutyEvent {
  readonly routing_key: string;
  readonly event_action: "trigger" | "acknowledge" | "resolve";
  readonly dedup_key?: string;
  readonly payload?: Readonly<Record<string, unknown>>;
}

/** One alert of a service, from its trigger to its end. */
export interface PagerdutyAlert {
  readonly dedupKey: string;
  status: "open" | "resolved";
  /** How often it was triggered while it was open. */
  triggers: number;
  severity: string;
}

/** How the server treats what comes from here on. */
export type PagerdutyMood = "usual" | "refusing" | "throttling" | "down" | "hanging" | "dropping" | "not-pagerduty";

/**
 * A stateful Events API v2: it validates each event against PagerDuty's published description, keeps alerts as PagerDuty
 * documents it, and adds the lengths that the description does not state.
 */
export class PagerdutyServer {
  /** What was accepted, oldest first. */
  readonly events: PagerdutyEvent[] = [];
  readonly alerts: PagerdutyAlert[] = [];
  /** Why something was refused that should not have been sent. */
  readonly faults: string[] = [];
  attempts = 0;
  mood: PagerdutyMood = "usual";
  readonly routingKey: string;
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => this.#answer(Buffer.concat(chunks), response));
  });

  constructor(routingKey: string) {
    this.routingKey = routingKey;
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v2/enqueue`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(body: Buffer, response: ServerResponse): void {
    this.attempts++;
    const say = (status: number, content: object, headers = {}): void => {
      response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(content));
    };
    // What careless receivers do: they repeat what they were sent.
    const echo = { status: "invalid event", message: "Event object is invalid", errors: [body.toString("utf8")] };
    if (this.mood === "throttling") return say(429, echo, { "retry-after": "30" });
    if (this.mood === "down") return say(500, echo);
    if (this.mood === "not-pagerduty") return void response.writeHead(200).end("<html>Please log in</html>");
    const event = JSON.parse(body.toString("utf8")) as PagerdutyEvent;
    if (this.mood === "refusing" || event.routing_key !== this.routingKey) return say(400, echo);
    const faults = [...faultsByDescription(event), ...faultsByLength(event, body)];
    if (faults.length > 0) {
      this.faults.push(...faults);
      return say(400, echo);
    }
    this.events.push(event);
    this.#apply(event);
    if (this.mood === "dropping") return void response.destroy();
    if (this.mood === "hanging") return;
    say(202, { status: "success", message: "Event processed", dedup_key: event.dedup_key });
  }

  #apply({ event_action, dedup_key = "", payload }: PagerdutyEvent): void {
    const open = this.alerts.find((alert) => alert.dedupKey === dedup_key && alert.status === "open");
    // A resolve of what is not open is dropped, and answered like any other.
    if (event_action === "resolve" && open !== undefined) open.status = "resolved";
    if (event_action !== "trigger") return;
    const severity = String(payload?.["severity"]);
    if (open === undefined) this.alerts.push({ dedupKey: dedup_key, status: "open", triggers: 1, severity });
    else Object.assign(open, { triggers: open.triggers + 1, severity });
  }
}

// PagerDuty's documentation of the Events API v2; its description states none of them.
function faultsByLength({ dedup_key = "", payload, event_action }: PagerdutyEvent, body: Buffer): readonly string[] {
  const summary = payload?.["summary"];
  return [
    ...(body.length > 512 * 1024 ? ["the event is larger than 512 KB"] : []),
    ...(dedup_key.length > 255 ? ["dedup_key is longer than 255"] : []),
    ...(event_action !== "trigger" && dedup_key === "" ? ["dedup_key is missing"] : []),
    ...(event_action === "trigger" && (typeof summary !== "string" || summary === "") ? ["summary is missing"] : []),
    ...(typeof summary === "string" && summary.length > 1024 ? ["summary is longer than 1024"] : []),
  ];
}
