import { decodeBody } from "../http/body.ts";
import type { HttpAnswer } from "../http/message.ts";
import type { TokenDialect } from "./dialect.ts";
import { fieldOf, recordAt, tokenOf } from "./fields.ts";
import { readLeniently, type JsonRecord } from "./lenient.ts";

/** A token endpoint's answer, read as far as it can be read. Throws never. */
export interface ReadAnswer {
  /** Objects in the answer, from the outside in. */
  readonly records: readonly JsonRecord[];
  /** The object whose lifetimes, scopes and attributes count: the one that the tokens stand in. */
  readonly home: JsonRecord;
  readonly accessToken?: string | undefined;
  readonly refreshToken?: string | undefined;
  /** What is odd, as fragments without any of the answer's text. */
  readonly problems: readonly string[];
  /** Whether the answer was read to its end. If not, a token may have been lost with the rest. */
  readonly whole: boolean;
}

/**
 * The lenient reader: a token in a damaged or oddly wrapped answer is the only copy there is, so it is found wherever
 * it stands, and everything odd is told beside it.
 */
export function readAnswer(dialect: TokenDialect, answer: HttpAnswer): ReadAnswer {
  const body = decodeBody(answer);
  const cut = answer.truncated || body.problem !== undefined;
  const reading = readLeniently(body.text, cut, answer.headers["content-type"]?.toLowerCase());
  const { records } = reading;
  const problems = [...(body.problem === undefined ? [] : [body.problem]), ...reading.problems];
  const search = searchOrder(dialect, records);
  const access = find(search, "access_token", dialect);
  const refresh = find(search, "refresh_token", dialect);
  const home = access.record ?? refresh.record ?? search[0] ?? {};
  if (access.odd !== undefined) problems.push(`its access token ${access.odd}`);
  if (refresh.odd !== undefined) problems.push(`its refresh token ${refresh.odd}`);
  if (access.record !== undefined && refresh.record !== undefined && access.record !== refresh.record) {
    problems.push("its tokens do not stand beside each other");
  }
  return {
    records,
    home,
    accessToken: access.token,
    refreshToken: refresh.token,
    problems,
    whole: reading.whole && !(cut && records.length === 0),
  };
}

// Where the dialect says that tokens stand in an envelope, those outside belong to somebody else (Slack: to the bot).
function searchOrder(dialect: TokenDialect, records: readonly JsonRecord[]): readonly JsonRecord[] {
  for (const path of dialect.envelope ?? []) {
    const inside = records.map((record) => recordAt(record, path)).find((record) => record !== undefined);
    if (inside !== undefined) return [inside];
  }
  return records;
}

interface FoundToken {
  readonly token?: string;
  readonly odd?: string;
  readonly record?: JsonRecord;
}

function find(
  records: readonly JsonRecord[],
  field: "access_token" | "refresh_token",
  dialect: TokenDialect,
): FoundToken {
  let odd: string | undefined;
  for (const record of records) {
    const found = tokenOf(fieldOf(record, field, dialect));
    if (found.token !== undefined) return { ...found, record };
    odd ??= found.odd;
  }
  return odd === undefined ? {} : { odd };
}

/** The outermost object of a resource's answer, `undefined` where there is none. For `verify`; throws never. */
export function jsonOf(answer: HttpAnswer): JsonRecord | undefined {
  return readLeniently(decodeBody(answer).text, answer.truncated, answer.headers["content-type"]).records[0];
}
