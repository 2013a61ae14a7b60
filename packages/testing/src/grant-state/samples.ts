import {
  secret,
  type Alert,
  type AlertState,
  type HttpAnswer,
  type Intent,
  type OutboxEntry,
  type StoredGrant,
} from "@tokenward/core/plugin";

/** Bounds for a hold that nobody contends for. */
export const patient: { readonly waitAtMost: number } = { waitAtMost: 20_000 };

/** A moment, in seconds after a fixed one. */
export function at(seconds: number): Date {
  return new Date(Date.UTC(2026, 0, 1) + seconds * 1000);
}

/** The intent to spend the token of one generation. */
export function intentOf(generation: number, id: string = `intent-${generation}`): Intent {
  return {
    id,
    version: { generation, fingerprint: `fingerprint-${generation}` },
    host: "host-a",
    run: "run-1",
    at: at(generation),
    deadline: at(generation + 60),
    attempt: 1,
  };
}

/** An answer with every byte there is, as a view into a larger buffer. */
export function answerOf(length: number = 512): HttpAnswer {
  const buffer = new Uint8Array(length + 16);
  for (let index = 0; index < buffer.length; index++) buffer[index] = (index * 31 + (index >>> 8)) & 0xff;
  return {
    status: 200,
    headers: { "content-type": "application/json", "x-odd": "ä,\u0001 b" },
    body: buffer.subarray(8, 8 + length),
    truncated: false,
    receivedAt: at(5),
  };
}

/** A token that must not be found where anybody can read it. */
export function tokenOf(generation: number): string {
  return `rft.sentinel-${generation}-pJ4x`;
}

/** A grant of one generation. */
export function grantOf(generation: number): StoredGrant {
  return {
    id: "tiktok/brand-a",
    platform: "tiktok",
    account: "brand-a",
    generation,
    fingerprint: `fingerprint-${generation}`,
    refreshToken: secret(tokenOf(generation)),
    accessToken: secret(`act.sentinel-${generation}-Qm8`),
    accessTokenExpiresAt: at(86_400 + generation),
    scopes: ["video.publish", "user.info.basic"],
    rotatedAt: at(generation),
    attributes: { open_id: "öpen" },
  };
}

/** The installation that the samples belong to. */
export const installation: string = "/srv/tokens/tokenward.config.yaml";

/** An alert state with what every one has. */
export function alertState(detail: string, changes: Partial<AlertState> = {}): AlertState {
  return {
    installation,
    subject: "tiktok/brand-a",
    condition: "refresh-failed",
    severity: "page",
    incident: "incident-1",
    openedAt: at(1),
    sightings: 1,
    summary: "TikTok (brand-a) could not be refreshed",
    detail,
    ...changes,
  };
}

/** An alert state with everything that one can have. */
export function wholeAlertState(detail: string): AlertState {
  return alertState(detail, {
    command: "tokenward auth refresh tiktok/brand-a",
    code: "ERR_AUTH_NOT_REACHED",
    cause: { key: "tiktok outage", subject: "platform tiktok", label: "TikTok" },
    group: "platform tiktok",
    told: { severity: "warn", at: at(2), by: ["webhook", "smtp"] },
    calmSince: at(3),
    resolvedAt: at(4),
    before: { at: at(0), severity: "critical" },
  });
}

/** An outbox entry that is due at a second. */
export function outboxEntry(id: string, due: number): OutboxEntry {
  const alert: Alert = {
    id: `alert-${id}`,
    incident: "incident-1",
    edge: "opened",
    severity: "page",
    subject: "platform tiktok",
    condition: "refresh-failed",
    summary: "2 TikTok grants could not be refreshed",
    detail: "Among them tiktok/brand-a: it could not be reached.",
    openedAt: at(1),
    at: at(1),
    members: [{ subject: "tiktok/brand-a" }, { subject: "tiktok/brand-b", command: "tokenward auth tiktok/brand-b" }],
  };
  const recipients = ["webhook", "smtp"];
  return { id, installation, notifier: "webhook", alert, recipients, attempts: 0, notBefore: at(due) };
}
