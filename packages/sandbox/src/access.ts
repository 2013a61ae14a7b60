import type { Books } from "./books.ts";
import { accessEnd, judge, mintedAt, settingsOf, type Family, type Mounted } from "./family.ts";
import type { OpenEntry } from "./ledger.ts";
import type { PresentedAccess, SandboxAnswer, SandboxRequest, SandboxResource, SandboxRevocation } from "./platform.ts";
import { bearerOf } from "./request-reading.ts";
import type { TokenIdentity } from "./tokens.ts";

/** The token that a request to a resource or revocation endpoint presents. */
export interface PresentedToken {
  readonly token: string | undefined;
  readonly family: Family | undefined;
  readonly identity: TokenIdentity | undefined;
}

/** Finds the presented token and whom it belongs to. */
export function readPresented(
  books: Books,
  mounted: Mounted,
  read: ((request: SandboxRequest) => string | undefined) | undefined,
  request: SandboxRequest,
): PresentedToken {
  const token = (read ?? bearerOf)(request);
  const found = token === undefined ? undefined : books.identify(mounted, token);
  return { token, family: found?.family, identity: found?.identity };
}

/** Answers at a resource endpoint. */
export function answerResource(
  books: Books,
  mounted: Mounted,
  resource: SandboxResource,
  presented: PresentedToken,
  request: SandboxRequest,
  entry: OpenEntry,
): SandboxAnswer {
  const { family, identity } = presented;
  const now = books.clock.now();
  const state = stateOf(presented, now);
  entry.presented = state === "alive" ? "current" : state === "absent" ? "none" : state;
  const end = identity?.kind === "refresh" ? family?.refreshExpiresAt : accessEndOf(presented);
  const scopes = family?.scopes ?? [];
  const access: PresentedAccess = {
    kind: identity?.kind ?? "unknown",
    state,
    account: family?.account,
    clientId: family?.clientId,
    scopes,
    allowed: resource.requiredScope === undefined || scopes.includes(resource.requiredScope),
    expiresIn: end === undefined || !Number.isFinite(end) ? undefined : Math.max(0, Math.floor((end - now) / 1_000)),
    grantedAt: family === undefined ? undefined : new Date(family.grantedAt),
    now: new Date(now),
    expiresAt: end === undefined || !Number.isFinite(end) ? undefined : new Date(end),
    mintedAt:
      family === undefined || identity?.expiresAt === undefined
        ? undefined
        : new Date(mintedAt(family, identity.expiresAt)),
    clientAccepted: resource.client === undefined ? undefined : isClient(mounted, resource.client(request)),
    n: entry.n,
    request,
    settings: family === undefined ? mounted.settings : settingsOf(family),
  };
  const answer = resource.answer(access);
  entry.outcome = answer.status < 400 ? "served" : "denied";
  return answer;
}

/** Ends the family of the presented token. */
export function answerRevocation(
  books: Books,
  revocation: SandboxRevocation,
  presented: PresentedToken,
  entry: OpenEntry,
): SandboxAnswer {
  const now = books.clock.now();
  const { family } = presented;
  entry.outcome = family === undefined ? "denied" : "revoked";
  if (family !== undefined) books.endFamily(family, "revoked");
  return revocation.answer(family !== undefined, entry.n, new Date(now));
}

function stateOf(presented: PresentedToken, now: number): PresentedAccess["state"] {
  const { token, family, identity } = presented;
  if (token === undefined) return "absent";
  if (family === undefined || identity === undefined) return "unknown";
  if (family.revoked !== undefined) return "revoked";
  if (identity.kind === "access") return now < (accessEndOf(presented) ?? 0) ? "alive" : "expired";
  const state = judge(family, identity.generation, now);
  return state === "current" || state === "forgiven" ? "alive" : state === "spent" ? "revoked" : state;
}

function isClient(
  mounted: Mounted,
  named: { readonly id?: string | undefined; readonly secret?: string | undefined },
): boolean {
  const client = named.id === undefined ? undefined : mounted.clients.get(named.id);
  return client !== undefined && !client.deleted && named.secret !== undefined && client.secrets.includes(named.secret);
}

function accessEndOf({ family, identity }: PresentedToken): number | undefined {
  const stated = identity?.expiresAt;
  return family === undefined || stated === undefined ? stated : accessEnd(family, stated);
}
