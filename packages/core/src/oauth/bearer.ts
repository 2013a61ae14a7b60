import { secret, type Secret } from "../secret.ts";

/** The value of an `authorization` header that presents an access token (RFC 6750, section 2.1), still a secret. */
export function bearer(accessToken: Secret): Secret {
  return secret(`Bearer ${accessToken.reveal()}`);
}
