import {
  interpretTokenAnswer,
  type Exchanged,
  type Grant,
  type HttpAnswer,
  type Refused,
  type TokenDialect,
} from "@tokenward/core/plugin";
import { instagramTraits } from "./dialect.ts";
import { withGain } from "./renewal-gain.ts";

const dayMs = 86_400_000;
// A long-lived token begins with 60 days ("Refresh Access Token", 2025-07-17).
const fullLife = 60 * dayMs;
// Clocks of platform and machine differ.
const skew = 3_600_000;

/**
 * Reads the answer to a renewal. Meta documents no answer for a token that is younger than 24 hours; should it refuse,
 * the age that is known of the token tells that from a mistake in the configuration.
 */
export function interpretRenewal(
  dialect: TokenDialect,
  answer: HttpAnswer,
  grant: Grant,
  now: Date,
): Exchanged | Refused {
  const read = interpretTokenAnswer(dialect, answer, grant, now);
  if (read.kind === "exchanged") return withGain(read, grant, now);
  if (read.class !== "client" || dialect.clientAuth !== "none") return read;
  if (!isYoung(grant, now)) return read;
  return {
    ...read,
    class: "too-early",
    detail: `Instagram renews tokens from their 24th hour on, and this one is younger (it answered ${read.error ?? `with status ${String(answer.status)}`})`,
  };
}

function isYoung({ rotatedAt, accessTokenExpiresAt: end }: Grant, now: Date): boolean {
  const youth = (instagramTraits.minimumAgeSeconds ?? 0) * 1000 + skew;
  if (rotatedAt !== undefined) return now.getTime() - rotatedAt.getTime() < youth;
  return end !== undefined && end.getTime() - now.getTime() > fullLife - youth;
}
