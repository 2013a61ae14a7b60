import {
  interpretTokenAnswer,
  type Exchanged,
  type Grant,
  type HttpAnswer,
  type Refused,
  type TokenDialect,
} from "@tokenward/core/plugin";
import { jwtEnd } from "./jwt.ts";

/** Podium's answers did not always state when the access token ends; the token itself does. */
export function interpretPodium(
  dialect: TokenDialect,
  answer: HttpAnswer,
  grant: Grant | undefined,
  now: Date,
): Exchanged | Refused {
  const read = interpretTokenAnswer(dialect, answer, grant, now);
  if (read.kind === "refused" || read.accessToken === undefined || read.accessTokenExpiresAt !== undefined) return read;
  const end = jwtEnd(read.accessToken);
  // An end that has passed is that of another token, or of a wrong clock.
  return end === undefined || end <= now ? read : { ...read, accessTokenExpiresAt: end };
}
