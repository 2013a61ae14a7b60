import { createDecipheriv } from "node:crypto";

const sealed = /^ENC\[AES256_GCM,data:([^,]*),iv:([^,]+),tag:([^,]+),type:([a-z]+)\]$/;

/** Whether a value is one that SOPS encrypted. */
export function isSealed(text: string): boolean {
  return sealed.test(text);
}

/**
 * Opens one value: AES-256-GCM, bound to `context`.
 *
 * @throws Error without any of the value, where it was changed or moved
 */
export function unseal(text: string, key: Uint8Array, context: string): Buffer {
  const match = sealed.exec(text);
  if (match === null) throw new TypeError("not a value that SOPS encrypted");
  const [data, iv, tag] = match.slice(1, 4).map((part) => Buffer.from(part, "base64")) as [Buffer, Buffer, Buffer];
  const decipher = createDecipheriv("aes-256-gcm", key, iv, { authTagLength: 16 });
  decipher.setAAD(Buffer.from(context));
  decipher.setAuthTag(tag);
  return Buffer.concat([decipher.update(data), decipher.final()]);
}
