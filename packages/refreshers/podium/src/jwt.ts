import type { Secret } from "@tokenward/core/plugin";

/**
 * When an access token says that it ends. Podium's are JWTs (docs.podium.com, "OAuth", 2026-08-14). The signature is
 * not checked: the token comes from Podium itself, and nothing is decided by this but when to mint the next one.
 *
 * @returns `undefined` where the token is no JWT, or states no end
 */
export function jwtEnd(token: Secret): Date | undefined {
  const [header, payload, signature, ...more] = token.reveal().split(".");
  if (header === undefined || payload === undefined || signature === undefined || more.length > 0) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    const exp = typeof claims === "object" && claims !== null && "exp" in claims ? claims.exp : undefined;
    return typeof exp === "number" && exp > 0 && exp < 1e11 ? new Date(exp * 1000) : undefined;
  } catch {
    return undefined;
  }
}
