import {
  bearer,
  interpretTokenAnswer,
  jsonOf,
  TokenwardError,
  type Client,
  type Grant,
  type HttpAnswer,
  type PluginIO,
  type Secret,
  type Verified,
} from "@tokenward/core/plugin";
import { linkedinDialect, propagationMs, serviceErrors } from "./dialect.ts";

/** A token, and all that asking about it needs. */
export interface Question {
  readonly grant: Grant;
  readonly client: Client;
  readonly accessToken: Secret;
  readonly io: PluginIO;
  readonly introspectUrl: string;
  readonly userinfoUrl: string;
}

/**
 * Asks LinkedIn whether an access token still works: by introspection where the app's id and secret are known, else by
 * userinfo where the scopes openid and profile are granted.
 *
 * @throws `ERR_AUTH_REQUEST_INVALID` where neither can be asked; nothing was sent
 */
export async function verifyLinkedIn(question: Question): Promise<Verified> {
  const { client, grant } = question;
  const [clientSecret] = client.secrets;
  if (client.id !== "" && clientSecret !== undefined) return await introspect(question, clientSecret);
  if (answersUserinfo(grant)) return await userinfo(question);
  const reason = "asking LinkedIn about a token takes client_id and client_secret, or the scopes openid and profile";
  throw new TokenwardError("ERR_AUTH_REQUEST_INVALID", { grant: grant.id, reason }, { class: "client" });
}

/** Whether userinfo answers for this token. */
export function answersUserinfo({ scopes }: Grant): boolean {
  return ["openid", "profile"].every((scope) => scopes?.includes(scope) === true);
}

/** Takes any access token of the app, needs no scope (learn.microsoft.com, "Token Introspection"). */
async function introspect(question: Question, clientSecret: Secret): Promise<Verified> {
  const { client, accessToken, io, introspectUrl: url } = question;
  const form = { client_id: client.id, client_secret: clientSecret, token: accessToken };
  const headers = { accept: "application/json" };
  const answer = await io.http.send({ method: "POST", url, headers, body: { form } }, { signal: io.signal });
  const body = jsonOf(answer);
  if (answer.status !== 200 || typeof body?.["active"] !== "boolean") return unusable("introspection", answer);
  const end = endOf(body["expires_at"]);
  const { status } = body;
  if (body["active"]) return { works: true, accessTokenExpiresAt: end, scopes: scopesOf(body) };
  if (status === "expired") return { ...dead(question, serviceErrors[65602]), accessTokenExpiresAt: end };
  if (status === "revoked") return dead(question, serviceErrors[65601]);
  return dead(
    question,
    "LinkedIn does not know the access token as one of this client: revoked, or minted for another",
  );
}

async function userinfo(question: Question): Promise<Verified> {
  const { accessToken, io, userinfoUrl: url } = question;
  const headers = { accept: "application/json", authorization: bearer(accessToken) };
  const answer = await io.http.send({ method: "GET", url, headers }, { signal: io.signal });
  const body = jsonOf(answer);
  const subject = body?.["sub"];
  if (answer.status === 200 && typeof subject === "string") return { works: true, subject };
  const code = answer.status === 401 ? Number(body?.["serviceErrorCode"]) : undefined;
  const known = code === undefined ? undefined : serviceErrors[code];
  if (known === undefined) return unusable("userinfo", answer);
  return code === 65600 ? ruledOut(question, known) : dead(question, known);
}

/** A token that was minted a moment ago is not dead: LinkedIn's servers do not all know it yet. */
function dead(question: Question, detail: string | undefined): Verified {
  const { grant, io } = question;
  const minted = Math.max(grant.rotatedAt?.getTime() ?? 0, grant.consentedAt?.getTime() ?? 0);
  if (io.clock.now().getTime() - minted >= propagationMs) return ruledOut(question, detail);
  return { works: false, class: "propagating", detail: "LinkedIn does not know the new token everywhere yet" };
}

/** Where there is a refresh token, the exchange is the proof. */
function ruledOut({ grant }: Question, detail: string | undefined): Verified {
  return { works: false, class: grant.refreshToken === undefined ? "reauth" : undefined, detail };
}

function unusable(what: string, answer: HttpAnswer): Verified {
  const read = interpretTokenAnswer(linkedinDialect, answer, undefined, answer.receivedAt);
  const rejected = read.kind === "refused" && (read.error === "invalid_client" || read.error === "unauthorized_client");
  if (rejected) return { works: false, class: "client", detail: read.detail };
  const failure = answer.status === 429 ? "throttled" : answer.status === 403 ? "scopes" : "transient";
  return { works: false, class: failure, detail: `LinkedIn's ${what} answered with status ${answer.status}` };
}

/** Epoch seconds. */
function endOf(value: unknown): Date | undefined {
  const seconds = Number(value);
  return Number.isFinite(seconds) && seconds > 0 && seconds < 1e10 ? new Date(seconds * 1000) : undefined;
}

/** Scopes are stated for three-legged tokens only: for others their absence says nothing. */
function scopesOf(body: Readonly<Record<string, unknown>>): readonly string[] | undefined {
  const { scope, auth_type: type } = body;
  if (typeof scope !== "string" || (type !== undefined && type !== "3L")) return undefined;
  const scopes = scope.split(/[\s,]+/).filter((name) => name !== "");
  return scopes.length === 0 ? undefined : scopes;
}
