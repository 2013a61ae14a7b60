import {
  bearer,
  fillEndpoint,
  jsonOf,
  type Client,
  type Field,
  type Grant,
  type HttpRequest,
  type PluginIO,
  type Secret,
  type Verified,
} from "@tokenward/core/plugin";
import type { Settings } from "./settings.ts";

type JsonRecord = Readonly<Record<string, unknown>>;

/** Looks at an access token without spending anything: by introspection (RFC 7662), else by asking whose it is. */
export async function verifyOAuth2(
  settings: Settings,
  grant: Grant,
  client: Client,
  accessToken: Secret,
  io: PluginIO,
): Promise<Verified> {
  const { introspection_url: introspection, userinfo_url: userinfo } = settings;
  const filled = fillEndpoint(introspection ?? userinfo ?? "", grant);
  if ("missing" in filled) return { works: false, detail: `nothing usable is known for {${filled.missing}}` };
  const request =
    introspection === undefined
      ? userinfoRequest(filled.url, settings, accessToken)
      : introspectionRequest(filled.url, settings, client, accessToken);
  const answer = await io.http.send(request, { signal: io.signal });
  const body = jsonOf(answer) ?? {};
  if (answer.status < 200 || answer.status > 299) return refusedBy(answer.status, introspection !== undefined);
  return introspection === undefined ? ownerOf(body) : introspected(body, io.clock.now());
}

function introspectionRequest(url: string, settings: Settings, client: Client, accessToken: Secret): HttpRequest {
  const [password] = client.secrets;
  const basic = settings.client_auth === "basic" && password !== undefined;
  const form: Record<string, Field> = { token: accessToken, token_type_hint: "access_token" };
  if (!basic && settings.client_auth !== "none") {
    form[settings.rename?.client_id ?? "client_id"] = client.id;
    if (password !== undefined) form[settings.rename?.client_secret ?? "client_secret"] = password;
  }
  return {
    method: "POST",
    url,
    headers: { accept: "application/json", ...settings.headers },
    ...(basic ? { basic: { user: client.id, password } } : {}),
    body: { form },
  };
}

function userinfoRequest(url: string, settings: Settings, accessToken: Secret): HttpRequest {
  const headers = { accept: "application/json", ...settings.headers, authorization: bearer(accessToken) };
  return { method: "GET", url, headers };
}

function introspected(body: JsonRecord, now: Date): Verified {
  const facts = isRecord(body["data"]) && body["active"] === undefined ? body["data"] : body;
  if (facts["active"] !== true)
    return { works: false, detail: "introspection says that the access token is not active" };
  const scope = facts["scope"] ?? facts["scopes"];
  const scopes = Array.isArray(scope)
    ? scope.filter((name): name is string => typeof name === "string")
    : typeof scope === "string"
      ? scope.split(/[\s,]+/).filter((name) => name !== "")
      : [];
  return {
    works: true,
    subject: subjectOf(facts),
    accessTokenExpiresAt: dateOf(Number(facts["exp"])) ?? endAfter(Number(facts["expires_in"]), now),
    scopes: scopes.length === 0 ? undefined : scopes,
  };
}

function ownerOf(body: JsonRecord): Verified {
  const subject = subjectOf(body) ?? (isRecord(body["data"]) ? subjectOf(body["data"]) : undefined);
  // A page, or an answer about nobody, proves nothing.
  if (subject === undefined)
    return { works: false, class: "transient", detail: "the platform did not say whose it is" };
  return { works: true, subject };
}

function subjectOf(record: JsonRecord): string | undefined {
  for (const name of ["sub", "user_id", "id", "username"]) {
    const value = record[name];
    if (typeof value === "string" && value !== "") return value;
    if (typeof value === "number") return String(value);
  }
  return undefined;
}

function refusedBy(status: number, introspection: boolean): Verified {
  const where = introspection ? "introspection" : "the question whose it is";
  if (status === 429) return { works: false, class: "throttled", detail: `${where} was answered with status 429` };
  if (introspection && (status === 401 || status === 403)) {
    return { works: false, class: "client", detail: `the client may not introspect (status ${status})` };
  }
  if (status === 401) return { works: false, detail: "the platform does not accept the access token any more" };
  if (status === 403) return { works: false, class: "scopes", detail: "the token lacks a scope that this check needs" };
  return { works: false, class: "transient", detail: `${where} was answered with status ${status}` };
}

function endAfter(seconds: number, now: Date): Date | undefined {
  return seconds > 0 ? dateOf(now.getTime() / 1000 + seconds) : undefined;
}

/** Seconds since 1970 as a date, where they are a plausible one. */
function dateOf(seconds: number): Date | undefined {
  return seconds > 0 && seconds < 1e10 ? new Date(seconds * 1000) : undefined;
}

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
