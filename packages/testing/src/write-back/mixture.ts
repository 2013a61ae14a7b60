import type { StoredGrant } from "@tokenward/core/plugin";
import { comparable } from "./samples.ts";

type Fields = Readonly<Record<string, unknown>>;

const names = new Set(["id", "platform", "account"]);
const tokens = new Set(["refreshToken", "accessToken"]);

/**
 * What is wrong with what was read while one of these grants was being replaced by the next; `undefined`: nothing. Right
 * is a whole one, and a part of one with its version and its token, the rest missing. A token may also stand there without
 * a version, as if a human had put it there: then nothing may be said about it.
 *
 * @param grants those that may be read, oldest first
 */
export function mixtureIn(found: StoredGrant | undefined, grants: readonly StoredGrant[]): string | undefined {
  if (found === undefined) return "a reader found nothing, as if nothing were stored";
  const { unfinished: _unfinished, ...bare } = found;
  const read = fieldsOf(bare);
  const whole = grants.map((grant) => fieldsOf(grant));
  if (bare.generation === undefined && bare.fingerprint === undefined) return factsWithoutVersion(read, whole);
  const owner = whole.find(
    ({ generation, refreshToken }) => generation === read["generation"] && refreshToken === read["refreshToken"],
  );
  if (owner === undefined) return "a reader found a token under the version of another one";
  const wrong = Object.keys(read).filter((key) => JSON.stringify(read[key]) !== JSON.stringify(owner[key]));
  return wrong.length === 0 ? undefined : `a reader found a mix of two grants: ${wrong.join(", ")}`;
}

function factsWithoutVersion(read: Fields, grants: readonly Fields[]): string | undefined {
  const facts = Object.keys(read).filter((key) => !names.has(key) && !tokens.has(key));
  if (facts.length > 0) return `a reader found facts about a token that they may not be about: ${facts.join(", ")}`;
  const known = [...tokens].every((key) => read[key] === undefined || grants.some((grant) => grant[key] === read[key]));
  return known ? undefined : "a reader found a token that nobody saved";
}

function fieldsOf(grant: StoredGrant): Fields {
  return comparable(grant) as Fields;
}
