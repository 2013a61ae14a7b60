import { presentedBy } from "../fingerprint.ts";
import type { StoredGrant } from "../grant.ts";
import type { RefresherTraits } from "../refresher.ts";
import { isSecret, sameSecret } from "../secret.ts";

// Some places keep whole seconds.
const roundedOff = 1000;

// Made by each place for itself, or gone once it is saved.
const notCopied = new Set<keyof StoredGrant>(["fingerprint", "claim", "unfinished", "retired"]);

/**
 * Names of what a place gives back otherwise than it was saved; empty where the copy is whole. An access token beside
 * the one that an exchange presents may be missing: some places do not keep it, and the next run mints a new one.
 */
export function lostFacts(
  saved: StoredGrant,
  read: StoredGrant | undefined,
  traits: Pick<RefresherTraits, "presents">,
): readonly string[] {
  if (read === undefined) return ["everything"];
  if (read.retired !== undefined) return ["a tombstone is there"];
  if (read.unfinished === true) return ["the save is unfinished"];
  const presented = presentedBy(saved, traits);
  const spareAccess = presented !== undefined && presented !== saved.accessToken && read.accessToken === undefined;
  const spared = new Set<keyof StoredGrant>(spareAccess ? ["accessToken", "accessTokenExpiresAt", "rotatedAt"] : []);
  const keys = new Set([...Object.keys(saved), ...Object.keys(read)] as (keyof StoredGrant)[]);
  return [...keys].filter((key) => !notCopied.has(key) && !spared.has(key) && !same(saved[key], read[key]));
}

function same(left: unknown, right: unknown): boolean {
  if (left === undefined || right === undefined) return left === right;
  if (isSecret(left) && isSecret(right)) return sameSecret(left, right);
  if (left instanceof Date && right instanceof Date) return Math.abs(left.getTime() - right.getTime()) < roundedOff;
  if (typeof left !== "object" || typeof right !== "object") return left === right;
  return stable(left) === stable(right);
}

function stable(value: object | null): string {
  if (Array.isArray(value)) return JSON.stringify(value);
  return JSON.stringify(Object.entries(value ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
