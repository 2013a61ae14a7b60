import { createHmac } from "node:crypto";
import { secret, type Secret } from "@tokenward/core/plugin";

const prefix = "whsec_";

/** The key in a signing secret; `undefined` where it is none (Standard Webhooks: base64 of 24 to 64 bytes). */
export function keyOf(signingSecret: Secret): Buffer | undefined {
  const text = signingSecret.reveal();
  if (!text.startsWith(prefix)) return undefined;
  const encoded = text.slice(prefix.length);
  const key = Buffer.from(encoded, "base64");
  const sound = key.toString("base64").replace(/=+$/, "") === encoded.replace(/=+$/, "");
  return sound && key.length >= 24 && key.length <= 64 ? key : undefined;
}

/**
 * The value of `webhook-signature`: one HMAC-SHA-256 for each secret, so that a receiver that still has the old one accepts
 * it, too (Standard Webhooks, "Signature scheme" and "Multiple signatures").
 *
 * @param seconds since 1970, as in `webhook-timestamp`
 */
export function signatureOf(id: string, seconds: number, body: string, secrets: readonly Secret[]): Secret {
  const signed = secrets.map((one) => {
    const hmac = createHmac("sha256", keyOf(one) ?? "");
    return `v1,${hmac.update(`${id}.${seconds}.${body}`).digest("base64")}`;
  });
  return secret(signed.join(" "));
}
