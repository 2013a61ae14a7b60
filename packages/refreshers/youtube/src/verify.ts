import { jsonOf, type PluginIO, type Secret, type Verified } from "@tokenward/core/plugin";

/**
 * Asks Google about an access token: until when, for whom, with which scopes. It says nothing about the refresh token;
 * minting is the only proof of that one. Numbers arrive as strings.
 */
export async function verifyYouTube(url: string, accessToken: Secret, io: PluginIO): Promise<Verified> {
  const answer = await io.http.send(
    { method: "GET", url, query: { access_token: accessToken }, headers: { accept: "application/json" } },
    { signal: io.signal },
  );
  const body = jsonOf(answer);
  // A page in Google's place also has status 200; only tokeninfo names the client.
  if (answer.status === 200 && body?.["aud"] !== undefined && body["error"] === undefined) {
    const exp = Number(body["exp"]);
    const scope = body["scope"];
    return {
      works: true,
      subject: typeof body["sub"] === "string" ? body["sub"] : undefined,
      accessTokenExpiresAt: Number.isFinite(exp) && exp > 0 && exp < 1e10 ? new Date(exp * 1000) : undefined,
      scopes: typeof scope === "string" && scope !== "" ? scope.split(" ") : undefined,
    };
  }
  if (answer.status === 400 || answer.status === 401) {
    return { works: false, detail: "Google does not accept the access token any more" };
  }
  return {
    works: false,
    class: answer.status === 429 ? "throttled" : "transient",
    detail: `Google's tokeninfo answered with status ${answer.status}`,
  };
}
