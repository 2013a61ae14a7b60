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

/** An alert state. */
export function alertState(detail: string, changes: Partial<AlertState> = {}): AlertState {
  return {
    subject: "tiktok/brand-a",
    condition: "refresh",
    severity: "page",
    incident: "incident-1",
    openedAt: at(1),
    detail,
    ...changes,
  };
}

/** An outbox entry that is due at a second. */
export function outboxEntry(id: string, due: number): OutboxEntry {
  const alert: Alert = {
    id: `alert-${id}`,
    incident: "incident-1",
    edge: "opened",
    severity: "page",
    subject: "tiktok/brand-a",
    condition: "refresh",
    summary: "It needs a human.",
    at: at(1),
  };
  return { id, notifier: "webhook", alert, attempts: 0, notBefore: at(due) };
}
