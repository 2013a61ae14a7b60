import { isSecret } from "@tokenward/core/plugin";

/** Freezes plain values to the bottom. Dates and bytes cannot be frozen; compare them before and after. */
export function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  if (ArrayBuffer.isView(value)) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}

/** Everything that two values must agree on to be the same to whoever uses them, with secrets as they are. */
export function contentOf(value: unknown): unknown {
  if (isSecret(value)) return { secret: value.reveal() };
  if (value instanceof Date) return { time: value.getTime() };
  if (ArrayBuffer.isView(value))
    return { bytes: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex") };
  if (Array.isArray(value)) return value.map((member) => contentOf(member));
  if (typeof value !== "object" || value === null) return value;
  // A member that is absent and one that is undefined mean the same.
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, contentOf(member)]));
}
