import { decodeGrant, decodeIntent, type OpenExchange, type Snapshot } from "@tokenward/core/plugin";
import { corrupt } from "./failure.ts";
import { decodeFacts, decodeRefused, type TargetRow } from "./records.ts";
import { decodeAnswer, type SealedKind } from "./sealing.ts";

/** Opens one sealed record. Throws where it cannot be opened. */
export type Opener = (kind: SealedKind, target: string, sealed: Uint8Array) => Buffer;

/** Whether a row cannot be shown without opening something sealed. */
export function needsOpening(row: TargetRow | undefined): boolean {
  return row !== undefined && (row.last !== null || row.answer !== null);
}

/**
 * What a row says.
 *
 * @param path the database, for messages
 * @throws `ERR_STATE_CORRUPT`
 */
export function snapshotOf(row: TargetRow | undefined, target: string, open: Opener, path: string): Snapshot {
  if (row === undefined) return { facts: {} };
  const last = row.last === null ? undefined : open("last", target, row.last);
  const answer = row.answer === null ? undefined : open("answer", target, row.answer);
  try {
    const exchange = row.intent === null ? undefined : openExchange(row.intent, answer, row.in_doubt_since);
    return {
      ...(last === undefined ? {} : { last: decodeGrant(row.last_grant ?? "", last.toString("utf8")) }),
      ...(exchange === undefined ? {} : { open: exchange }),
      ...(row.refused === null ? {} : { refused: decodeRefused(row.refused) }),
      facts: decodeFacts(row.facts),
    };
  } catch {
    // The cause may quote what it could not read.
    throw corrupt(path, "a record in it is not what was once written");
  }
}

function openExchange(intent: string, answer: Buffer | undefined, inDoubtSince: number | null): OpenExchange {
  return {
    intent: decodeIntent(JSON.parse(intent)),
    ...(answer === undefined ? {} : { answer: decodeAnswer(answer) }),
    ...(inDoubtSince === null ? {} : { inDoubtSince: new Date(inDoubtSince) }),
  };
}
