import type { Books } from "./books.ts";
import { accessEnd, accessSeconds, changesText, exchange, settingsOf, type Family, type Mounted } from "./family.ts";
import type { FaultEffects } from "./fault.ts";
import type { OpenEntry } from "./ledger.ts";
import type { IssuedTokens, Refusal, RefusalReason, SandboxAnswer, SandboxRequest, TokenRequest } from "./platform.ts";
import { fingerprint, type TokenIdentity } from "./tokens.ts";

/** A token request that was read but not decided. */
export interface PresentedExchange {
  readonly mounted: Mounted;
  readonly request: TokenRequest;
  readonly family: Family | undefined;
  readonly identity: TokenIdentity | undefined;
}

/** What an exchange came to. */
export interface Decision {
  readonly answer: SandboxAnswer;
  readonly issued?: IssuedTokens | undefined;
  /** The refresh token that is current now, also where the answer leaves it out. */
  readonly refreshToken?: string | undefined;
}

/** Lies about lifetimes that a fault may ask for. */
export type StatedLifetimes = Pick<FaultEffects, "expiresIn" | "refreshExpiresIn">;

/** Reads a token request and finds the grant that it is about; decides nothing. */
export function readExchange(books: Books, mounted: Mounted, request: SandboxRequest): PresentedExchange {
  const read = mounted.dialect.readTokenRequest(request, mounted.settings);
  const found = read.refreshToken === undefined ? undefined : books.identify(mounted, read.refreshToken);
  const kinds = { "refresh-token": "refresh", "access-token": "access", nothing: undefined } as const;
  const known = found?.identity.kind === kinds[found?.family.policy.presents ?? "refresh-token"] ? found : undefined;
  return { mounted, request: read, family: known?.family, identity: known?.identity };
}

/** Decides a token request as the platform would: rotates, refreshes, refuses, or notices a replay. */
export function decideExchange(
  books: Books,
  presented: PresentedExchange,
  entry: OpenEntry,
  lies: StatedLifetimes,
): Decision {
  const { mounted, request, family, identity } = presented;
  const settings = family === undefined ? mounted.settings : settingsOf(family);
  const now = books.clock.now();
  const refuse = (refusal: Refusal): Decision => {
    if (refusal.reason !== "spent-token") entry.outcome = "refused";
    entry.reason = refusal.reason;
    books.count(mounted, family, "refusals");
    return { answer: mounted.dialect.wordRefusal(refusal, settings, entry.n, new Date(now)) };
  };

  const refusal = objection(presented, settings);
  if (refusal !== undefined) return refuse(refusal);
  const presentedToken = request.refreshToken;
  if (family === undefined || identity === undefined || presentedToken === undefined) {
    return refuse({ reason: "unknown-token", error: "invalid_grant" });
  }
  if (request.clientId !== undefined && family.clientId !== request.clientId) {
    return refuse({ reason: "wrong-client", error: "invalid_grant" });
  }

  const judged = books.judge(family, identity);
  const young = judged === "too-early";
  if (young && family.policy.tooEarly !== "remaining-life") {
    return refuse({ reason: "too-early", error: "invalid_request" });
  }
  const state = young ? "current" : judged;
  entry.presented = state;
  if (state === "spent") {
    entry.outcome = "replayed";
    books.endFamily(family, "replay");
  }
  if (state !== "current" && state !== "forgiven") return refuse({ reason: reasons[state], error: "invalid_grant" });
  if (request.scopes?.some((scope) => !family.scopes.includes(scope)) === true) {
    return refuse({ reason: "scope-beyond-grant", error: "invalid_scope" });
  }

  const stated = identity.expiresAt ?? 0;
  const rotated = young ? false : exchange(family, state, now);
  entry.outcome = rotated ? "rotated" : "refreshed";
  books.count(mounted, family, rotated ? "rotations" : "refreshes");
  if (state === "forgiven") books.count(mounted, family, "forgiven");
  const renewsAccess = family.policy.presents === "access-token";
  const accessToken = young
    ? presentedToken
    : renewsAccess && !changesText(family)
      ? books.prolong(family, presentedToken, stated, now)
      : books.accessToken(family, now);
  const refreshToken = books.presentable(family);
  entry.issued = fingerprint(refreshToken);
  const repeats = rotated || state === "forgiven" || family.policy.repeatUnchangedToken;
  const ends = Number.isFinite(family.refreshExpiresAt) && !renewsAccess;
  const issued: IssuedTokens = {
    accessToken,
    refreshToken: repeats && !renewsAccess ? refreshToken : undefined,
    expiresIn:
      lies.expiresIn ?? (young ? Math.floor((accessEnd(family, stated) - now) / 1_000) : accessSeconds(family, now)),
    refreshExpiresIn: lies.refreshExpiresIn ?? (ends ? Math.floor((family.refreshExpiresAt - now) / 1_000) : undefined),
    scopes: family.statesScopes ? (request.scopes ?? family.scopes) : undefined,
    account: family.account,
    now: new Date(now),
    n: entry.n,
  };
  return { answer: mounted.dialect.wordTokens(issued, settings), issued, refreshToken };
}

const reasons: Readonly<Record<"spent" | "expired" | "revoked", RefusalReason>> = {
  spent: "spent-token",
  expired: "expired-token",
  revoked: "revoked-grant",
};

// Everything that is wrong before the token itself is looked at, in the order in which servers look.
function objection(presented: PresentedExchange, settings: Mounted["settings"]): Refusal | undefined {
  const { mounted, request } = presented;
  if (request.malformed !== undefined) {
    return { reason: "malformed", error: "invalid_request", description: request.malformed };
  }
  if (request.grantType === undefined) return { reason: "malformed", error: "invalid_request" };
  if (request.grantType !== "refresh_token") {
    return { reason: "unsupported-grant-type", error: "unsupported_grant_type" };
  }
  const needsNoClient = mounted.dialect.needsNoClient?.(settings) === true;
  if (request.clientId === undefined && !needsNoClient) return { reason: "missing-client", error: "invalid_request" };
  if (request.refreshToken === undefined) return { reason: "missing-token", error: "invalid_request" };
  if (request.clientId === undefined) return mounted.dialect.objection?.(request, settings);
  const client = mounted.clients.get(request.clientId);
  if (client === undefined) return { reason: "unknown-client", error: "invalid_client" };
  if (client.deleted) return { reason: "deleted-client", error: "invalid_client" };
  const dialectObjection = mounted.dialect.objection?.(request, settings);
  if (dialectObjection !== undefined) return dialectObjection;
  const authenticated =
    client.secrets.length === 0
      ? request.clientSecret === undefined
      : request.clientSecret !== undefined && client.secrets.includes(request.clientSecret);
  return authenticated ? undefined : { reason: "wrong-secret", error: "invalid_client" };
}
