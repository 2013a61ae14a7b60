import {
  bearer,
  interpretTokenAnswer,
  jsonOf,
  messageOf,
  secret,
  type Client,
  type HttpAnswer,
  type PluginIO,
  type Secret,
  type TokenDialect,
  type Verified,
} from "@tokenward/core/plugin";
import { dataAccessAttribute, endOf } from "./data-access.ts";
import type { Endpoints } from "./options.ts";

/** What the two questions need. */
export interface VerifySettings {
  readonly login: "instagram" | "facebook";
  readonly dialect: TokenDialect;
  readonly endpoints: Endpoints;
  readonly appToken: Secret | undefined;
  readonly client: Client;
}

/**
 * Asks `/me` who a token belongs to, and `debug_token`, where there is an app token, for its scopes and ends. The
 * token goes into the Authorization header, so that no log of addresses holds it; `debug_token` takes it in the query
 * only. An answer of `debug_token` that cannot be used changes nothing: for Instagram Login it is undocumented.
 */
export async function verifyInstagram(settings: VerifySettings, accessToken: Secret, io: PluginIO): Promise<Verified> {
  const { login, endpoints, dialect } = settings;
  const answer = await io.http.send(
    {
      method: "GET",
      url: endpoints.me,
      query: { fields: login === "facebook" ? "id,name" : "user_id,username" },
      headers: { authorization: bearer(accessToken), accept: "application/json" },
    },
    { signal: io.signal },
  );
  const me = jsonOf(answer);
  const subject = textOf(me?.["user_id"]) ?? textOf(me?.["id"]);
  if (answer.status !== 200 || subject === undefined) return failed(dialect, answer);
  return { works: true, subject, ...(await debugToken(settings, accessToken, io)) };
}

function failed(dialect: TokenDialect, answer: HttpAnswer): Verified {
  const read = interpretTokenAnswer(dialect, answer, undefined, answer.receivedAt);
  if (read.kind === "refused" && read.error !== undefined) {
    return { works: false, class: read.class, detail: read.detail };
  }
  return {
    works: false,
    class: answer.status === 429 ? "throttled" : "transient",
    detail: `Meta's /me answered with status ${String(answer.status)}`,
  };
}

async function debugToken(
  { endpoints, appToken, login, client }: VerifySettings,
  accessToken: Secret,
  io: PluginIO,
): Promise<Partial<Verified>> {
  const asking = appToken ?? (login === "facebook" ? appTokenOf(client) : undefined);
  if (asking === undefined) return {};
  let answer: HttpAnswer;
  try {
    answer = await io.http.send(
      {
        method: "GET",
        url: endpoints.debugToken,
        query: { input_token: accessToken, access_token: asking },
        headers: { accept: "application/json" },
      },
      { signal: io.signal },
    );
  } catch (thrown) {
    return { detail: `debug_token could not be asked (${messageOf(thrown)})` };
  }
  const data = recordOf(jsonOf(answer)?.["data"]);
  if (answer.status !== 200 || data === undefined || data["is_valid"] === undefined) {
    return { detail: `debug_token answered with status ${String(answer.status)}, and nothing was learned from it` };
  }
  if (data["is_valid"] !== true) {
    return { works: false, class: "reauth", detail: "Meta's debug_token says that the token is not valid any more" };
  }
  const scopes = data["scopes"];
  return {
    accessTokenExpiresAt: endOf(data["expires_at"]),
    scopes: Array.isArray(scopes) ? scopes.filter((scope) => typeof scope === "string") : undefined,
    attributes: dataAccessAttribute(data["data_access_expires_at"]),
  };
}

/** Meta's form of an app token; both halves are the client's (Graph API, "Access Tokens", app access tokens). */
function appTokenOf(client: Client): Secret | undefined {
  const [newest] = client.secrets;
  return newest === undefined || client.id === "" ? undefined : secret(`${client.id}|${newest.reveal()}`);
}

// Ids have 17 digits: as a JSON number such a one arrives rounded, and names nobody.
function textOf(value: unknown): string | undefined {
  const text = Number.isSafeInteger(value) ? String(value) : value;
  return typeof text === "string" && text !== "" ? text : undefined;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
}
