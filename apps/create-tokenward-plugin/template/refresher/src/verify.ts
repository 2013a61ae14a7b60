import { bearer, jsonOf, type PluginIO, type Secret, type Verified } from "@tokenward/core/plugin";

/** Asks the platform whose an access token is. Read-only, and no exchange: the refresh token is not touched. */
export async function verifyToken(url: string, accessToken: Secret, io: PluginIO): Promise<Verified> {
  const answer = await io.http.send(
    { method: "GET", url, headers: { authorization: bearer(accessToken), accept: "application/json" } },
    { signal: io.signal },
  );
  const id = jsonOf(answer)?.["id"];
  if (answer.status === 200 && typeof id === "string") return { works: true, subject: id };
  if (answer.status === 401) return { works: false, detail: "the access token is not accepted any more" };
  if (answer.status === 403) return { works: false, class: "scopes", detail: "the token lacks the scope profile" };
  if (answer.status === 429) return { works: false, class: "throttled", detail: "the platform asks for patience" };
  return { works: false, class: "transient", detail: `the platform answered with status ${answer.status}` };
}
