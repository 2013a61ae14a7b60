import type { Grant } from "../grant.ts";
import type { HttpAnswer } from "../http/message.ts";
import type { Exchanged, Refused } from "../refresher.ts";
import { secret } from "../secret.ts";
import { readAnswer, type ReadAnswer } from "./answer.ts";
import type { TokenDialect } from "./dialect.ts";
import { accessEnd, attributesOf, refreshEnd, scopesOf } from "./fields.ts";
import { errorOf, refusalOf, unreadable, type PlatformError } from "./refusal.ts";

/**
 * Reads the answer to a token request. Whatever token can be found in it is returned, with `malformed` set where the
 * answer is odd; an error in the platform's own dialect is a definite refusal; everything else is in doubt. Pure, and
 * throws never.
 *
 * @param grant what was exchanged, absent for an authorization code: tokens that an error merely echoes are not new
 */
export function interpretTokenAnswer(
  dialect: TokenDialect,
  answer: HttpAnswer,
  grant: Grant | undefined,
  now: Date,
): Exchanged | Refused {
  try {
    return interpret(dialect, answer, grant, now);
  } catch {
    // The answer stays journaled: a repaired reader can read it again.
    return {
      kind: "refused",
      class: "in-doubt",
      detail: `an answer with status ${answer.status} that could not be read`,
    };
  }
}

function interpret(
  dialect: TokenDialect,
  answer: HttpAnswer,
  grant: Grant | undefined,
  now: Date,
): Exchanged | Refused {
  const read = readAnswer(dialect, answer);
  const error = errorOf(dialect, answer, read.records);
  const failed = error !== undefined || answer.status < 200 || answer.status > 299;
  if (failed && !bringsTokens(read, error, answer.status, grant)) {
    return error === undefined
      ? unreadable(answer, dialect, read.records)
      : refusalOf(dialect, answer, error, read.records);
  }
  const renewsAccess = dialect.presents === "access-token";
  if (read.accessToken === undefined && (renewsAccess || read.refreshToken === undefined)) {
    return unreadable(answer, dialect, read.records, odd(read));
  }
  // Half an answer with only an access token in it: its refresh token was in the other half, or never there.
  const lossy = !read.whole && !renewsAccess && dialect.returnsRefreshToken !== "never";
  if (lossy && read.refreshToken === undefined) {
    return unreadable(answer, dialect, read.records, "a new refresh token may have been lost: it is incomplete");
  }
  return exchanged(dialect, answer, read, error, grant, now);
}

/** Whether an answer that looks like a failure holds new tokens all the same. Losing them would be worse than odd. */
function bringsTokens(
  read: ReadAnswer,
  error: PlatformError | undefined,
  status: number,
  grant: Grant | undefined,
): boolean {
  const known = [grant?.accessToken?.reveal(), grant?.refreshToken?.reveal()];
  const isNew = [read.accessToken, read.refreshToken].some((token) => token !== undefined && !known.includes(token));
  // A definite failure may quote anything further in, such as an example; beside the error itself it quotes nothing.
  return isNew && (error === undefined || status < 400 || error.record === read.home);
}

function exchanged(
  dialect: TokenDialect,
  answer: HttpAnswer,
  read: ReadAnswer,
  error: PlatformError | undefined,
  grant: Grant | undefined,
  now: Date,
): Exchanged {
  const problems = [...read.problems];
  const accessTokenExpiresAt = accessEnd(read.home, dialect, now);
  const consentedAt = grant === undefined ? now : grant.consentedAt;
  const refreshTokenExpiresAt = refreshEnd(read.home, dialect, now, consentedAt);
  const scopes = scopesOf(read.home, dialect);
  if (answer.status < 200 || answer.status > 299 || answer.status === 206) {
    problems.push(`its status is ${answer.status}`);
  }
  if (error !== undefined) problems.push(`it states the error ${error.code ?? "of its dialect"} beside its tokens`);
  if (read.accessToken === undefined) problems.push("it holds no access token");
  if (read.refreshToken === undefined && dialect.returnsRefreshToken === "always") {
    problems.push("it holds no refresh token, although the platform always sends one");
  }
  if (accessTokenExpiresAt === "odd") problems.push("the lifetime of its access token is implausible");
  if (refreshTokenExpiresAt === "odd") problems.push("the lifetime of its refresh token is implausible");
  if (scopes === "odd") problems.push("its scope is neither a text nor a list of texts");
  return {
    kind: "exchanged",
    accessToken: read.accessToken === undefined ? undefined : secret(read.accessToken),
    accessTokenExpiresAt: accessTokenExpiresAt === "odd" ? undefined : accessTokenExpiresAt,
    refreshToken: read.refreshToken === undefined ? undefined : secret(read.refreshToken),
    refreshTokenExpiresAt: refreshTokenExpiresAt === "odd" ? undefined : refreshTokenExpiresAt,
    scopes: scopes === "odd" ? undefined : scopes,
    attributes: attributesOf([read.home, ...read.records], dialect),
    malformed: problems.length === 0 ? undefined : [...new Set(problems)].join("; "),
  };
}

function odd(read: ReadAnswer): string | undefined {
  return read.problems.length === 0 ? undefined : `no token was found: ${read.problems.join("; ")}`;
}
