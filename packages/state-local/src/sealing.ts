import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import type { HttpAnswer } from "@tokenward/core/plugin";

/** Which record of a target is sealed. One cannot be passed off as the other. */
export type SealedKind = "last" | "answer";

const format = 1;
const nonceLength = 12;
const tagLength = 16;
const headLength = 1 + nonceLength + tagLength;

/** Seals records with AES-256-GCM, each under a key of its own kind and target. Synchronous. */
export class Sealer {
  readonly #key: Uint8Array;
  /** Tells whether two sealers have the same key, without telling the key. */
  readonly check: string;

  constructor(key: Uint8Array) {
    this.#key = key;
    this.check = createHmac("sha256", key).update("tokenward state check 1").digest("base64url").slice(0, 22);
  }

  seal(kind: SealedKind, target: string, plain: Uint8Array): Uint8Array {
    const nonce = randomBytes(nonceLength);
    const cipher = createCipheriv("aes-256-gcm", this.#keyOf(kind, target), nonce, { authTagLength: tagLength });
    const body = cipher.update(plain);
    cipher.final();
    return Buffer.concat([Uint8Array.of(format), nonce, cipher.getAuthTag(), body]);
  }

  /** `undefined` where it was not sealed with this key for this record, or was changed since. */
  open(kind: SealedKind, target: string, sealed: Uint8Array): Buffer | undefined {
    if (sealed.length < headLength || sealed[0] !== format) return undefined;
    const nonce = sealed.subarray(1, 1 + nonceLength);
    const cipher = createDecipheriv("aes-256-gcm", this.#keyOf(kind, target), nonce, { authTagLength: tagLength });
    cipher.setAuthTag(sealed.subarray(1 + nonceLength, headLength));
    try {
      return Buffer.concat([cipher.update(sealed.subarray(headLength)), cipher.final()]);
    } catch {
      return undefined;
    }
  }

  // One key per record: random nonces of one key must not be used for ever.
  #keyOf(kind: SealedKind, target: string): Buffer {
    return createHmac("sha256", this.#key).update(`tokenward state record 1\0${kind}\0${target}`).digest();
  }
}

/** An answer as bytes: the length of its head, the head as JSON, and the body untouched. */
export function encodeAnswer(answer: HttpAnswer): Uint8Array {
  const { status, headers, truncated, receivedAt, body } = answer;
  const head = Buffer.from(JSON.stringify({ status, headers, truncated, receivedAt }), "utf8");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(head.length);
  return Buffer.concat([length, head, body]);
}

/** Reads what {@link encodeAnswer} wrote. */
export function decodeAnswer(bytes: Buffer): HttpAnswer {
  const bodyAt = 4 + bytes.readUInt32BE(0);
  const head = JSON.parse(bytes.toString("utf8", 4, bodyAt)) as Omit<HttpAnswer, "body" | "receivedAt"> & {
    receivedAt: string;
  };
  return { ...head, receivedAt: new Date(head.receivedAt), body: new Uint8Array(bytes.subarray(bodyAt)) };
}
