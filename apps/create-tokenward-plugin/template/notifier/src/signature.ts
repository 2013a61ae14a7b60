import { createHmac } from "node:crypto";
import type { Secret } from "@tokenward/core/plugin";

/** What is signed. */
export interface SignedMessage {
  readonly id: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly body: string;
}

/**
 * HMAC-SHA-256 over id, time and body, so that a receiver notices a forged, changed or repeated message (Standard
 * Webhooks 1.0.0, "Signature scheme").
 */
export function signatureOf({ id, timestamp, body }: SignedMessage, signingSecret: Secret): string {
  const hmac = createHmac("sha256", keyOf(signingSecret.reveal()));
  return `v1,${hmac.update(`${id}.${timestamp}.${body}`).digest("base64")}`;
}

function keyOf(text: string): Buffer {
  const prefix = "whsec_";
  return text.startsWith(prefix) ? Buffer.from(text.slice(prefix.length), "base64") : Buffer.from(text);
}
