import { decodeBody, type HttpAnswer, HttpFailure, messageOf, redact } from "@tokenward/core/plugin";

/** Why GitLab did not do what was asked, and what helps. */
export interface Refusal {
  readonly reason: string;
  /** An imperative that fits before ", then run again." */
  readonly remedy: string;
}

/** What a call was about, in words. */
export interface Asked {
  /** `variable TIKTOK_STATE of project 42`. */
  readonly what: string;
  /** `project group/posting`. */
  readonly where: string;
  readonly url: string;
  readonly scope: string;
}

/** The sentence of each answer that is not a success. */
export function refusalOf(answer: HttpAnswer, asked: Asked): Refusal {
  const { what, where, url, scope } = asked;
  const said = detailOf(answer);
  switch (answer.status) {
    case 401:
      return {
        reason: `GitLab does not know the access token (401${said})`,
        remedy: `Make a new access token of scope \`api\` for ${where} and put it where \`auth.writeback.gitlab.token\` takes it from`,
      };
    case 403:
      return {
        reason: `the access token may not do that with the ${what} (403${said})`,
        remedy: `Give the access token scope \`api\` and the role Maintainer (project) or Owner (group) in ${where}`,
      };
    case 404:
      return {
        reason: `there is no ${what} for this access token at ${url} (404${said})`,
        remedy: `Check \`url\`, \`project\` or \`group\` under \`auth.writeback.gitlab\`, and that the token belongs to ${where}`,
      };
    case 409:
      return {
        reason: `several variables answer to the ${what} with environment scope ${scope} (409${said})`,
        remedy: "Keep one of them, or name the right `environment_scope` under `auth.writeback.gitlab`",
      };
    case 429:
      return {
        reason: `GitLab asks for patience (429${said})`,
        remedy: "Wait some minutes",
      };
    case 400:
    case 422:
      return {
        reason: `GitLab rejects the value of the ${what} (${answer.status}${said})`,
        remedy: `Look at the variable's settings in ${where}: masked variables must be raw, and the number of variables is limited`,
      };
    default:
      return answer.status >= 500
        ? {
            reason: `GitLab has a problem of its own (${answer.status}${said})`,
            remedy: "Wait until GitLab works again",
          }
        : {
            reason: `GitLab answered ${answer.status} for the ${what}${said === "" ? "" : ` (${said.slice(2)})`}`,
            remedy: `Check \`url\` under \`auth.writeback.gitlab\`: something else than GitLab's API may answer at ${url}`,
          };
  }
}

/** The sentence of a call that got no answer. */
export function unreached(thrown: unknown, { url }: Asked, milliseconds: number): Refusal {
  const known = HttpFailure.is(thrown);
  const reason = known ? thrown.reason : messageOf(thrown);
  const names = ["AbortError", "TimeoutError"];
  const ended = known ? thrown.code === "ABORTED" : thrown instanceof Error && names.includes(thrown.name);
  const late = known && /time-out/i.test(reason);
  return {
    reason: ended
      ? `GitLab at ${url} did not answer before its caller gave up`
      : late
        ? `GitLab at ${url} did not answer within ${milliseconds / 1000} s`
        : `GitLab at ${url} cannot be reached: ${reason}`,
    remedy: "Check the network between here and GitLab, and `url` under `auth.writeback.gitlab`",
  };
}

/** GitLab's own words, shortened: a string, or a map of fields to lists of strings; OAuth errors have two more names. */
function detailOf(answer: HttpAnswer): string {
  const { text } = decodeBody(answer);
  let said: unknown = text;
  try {
    const body = JSON.parse(text) as Readonly<Record<string, unknown>>;
    said = body["message"] ?? body["error_description"] ?? body["error"] ?? "";
  } catch {
    // A proxy's page, or Rack::Attack's plain text.
    if (/<html/i.test(text)) said = "";
  }
  // Before it is cut: half a token would not be known as one.
  const words = redact(wordsOf(said)).replace(/\s+/g, " ").trim().slice(0, 160);
  return words === "" || words.startsWith(String(answer.status)) ? "" : `: ${words}`;
}

function wordsOf(said: unknown): string {
  if (typeof said === "string") return said;
  if (Array.isArray(said)) return said.map(wordsOf).join(", ");
  if (typeof said !== "object" || said === null) return "";
  return Object.entries(said)
    .map(([field, words]) => (field === "base" || field === "error" ? wordsOf(words) : `${field} ${wordsOf(words)}`))
    .join("; ");
}
