import { hash, randomBytes } from "node:crypto";
import type { TokenShape } from "./platform.ts";

/** What a token says about itself. */
export interface TokenIdentity {
  readonly kind: "access" | "refresh";
  readonly family: number;
  /** How many rotations came before. */
  readonly generation: number;
  /** Access tokens only: when it ends, in milliseconds since the epoch. */
  readonly expiresAt?: number | undefined;
}

/**
 * Mints tokens that carry family and generation behind a keyed check. So a replayed token is recognised however many
 * were issued since, and the sandbox remembers nothing per spent token.
 */
export class TokenMint {
  readonly #key: string;
  #nonce = 0;

  /** With a seed, two sandboxes that are asked the same issue the same tokens. */
  constructor(seed: number | undefined) {
    this.#key = seed === undefined ? randomBytes(16).toString("hex") : `seed-${String(seed)}`;
  }

  refresh(shape: TokenShape, family: number, generation: number): string {
    const facts = `r.${family.toString(36)}.${generation.toString(36)}`;
    return `${shape.prefix}${facts}.${this.#check(facts)}${shape.suffix}`;
  }

  access(shape: TokenShape, family: number, generation: number, expiresAt: number): string {
    // The nonce keeps two tokens of the same millisecond apart.
    const facts = `a.${family.toString(36)}.${generation.toString(36)}.${Math.floor(expiresAt).toString(36)}.${(this.#nonce++).toString(36)}`;
    return `${shape.prefix}${facts}.${this.#check(facts)}${shape.suffix}`;
  }

  /** `undefined`: not a token of this sandbox. */
  identify(shape: TokenShape, token: string): TokenIdentity | undefined {
    const { prefix, suffix } = shape;
    if (!token.startsWith(prefix) || !token.endsWith(suffix)) return undefined;
    const core = token.slice(prefix.length, token.length - suffix.length);
    const dot = core.lastIndexOf(".");
    const facts = core.slice(0, dot);
    if (dot < 0 || this.#check(facts) !== core.slice(dot + 1)) return undefined;
    const [kind, family = "", generation = "", expiresAt] = facts.split(".");
    return {
      kind: kind === "a" ? "access" : "refresh",
      family: Number.parseInt(family, 36),
      generation: Number.parseInt(generation, 36),
      expiresAt: expiresAt === undefined ? undefined : Number.parseInt(expiresAt, 36),
    };
  }

  /** Something secret for a client, with characters that have to be encoded. */
  secret(name: string): string {
    return `cs_${this.#check(`client.${name}`)}+/%7E`;
  }

  #check(facts: string): string {
    return hash("sha256", `${this.#key}|${facts}`, "base64url").slice(0, 27);
  }
}

/** Names a token without showing it: the first 16 hex digits of its SHA-256. */
export function fingerprint(token: string): string {
  return hash("sha256", token, "hex").slice(0, 16);
}
