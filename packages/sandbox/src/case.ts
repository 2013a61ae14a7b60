import { answerResource, answerRevocation, readPresented } from "./access.ts";
import type { Books } from "./books.ts";
import type { Family, Mounted } from "./family.ts";
import type { OpenEntry } from "./ledger.ts";
import type { SandboxRequest } from "./platform.ts";
import { headerOf } from "./request-reading.ts";
import type { Route } from "./route.ts";
import { decideExchange, readExchange, type Decision, type StatedLifetimes } from "./token-endpoint.ts";
import { fingerprint } from "./tokens.ts";

/** How far a request is. */
export const stages = { arrived: 0, committed: 1, done: 2 } as const;

/** A request that was read and numbered, with everything needed to decide it. */
export interface Case {
  readonly entry: OpenEntry;
  readonly family: Family | undefined;
  /** What it presented, for faults that repeat secrets. */
  readonly secrets: readonly string[];
  readonly decide: (lies: StatedLifetimes) => Decision;
}

/** Finds out what a request is about and gives it its number in the ledger. Decides nothing. */
export function openCase(books: Books, route: Route, request: SandboxRequest, path: string): Case {
  const mounted = route.kind === "unknown" ? undefined : route.mounted;
  const open = (facts: Partial<OpenEntry>): OpenEntry =>
    books.ledger.open({
      at: books.clock.now(),
      platform: mounted?.dialect.name ?? "",
      method: request.method,
      path,
      endpoint: route.kind,
      presented: "none",
      outcome: "pending",
      faults: [],
      delivery: "pending",
      stage: stages.arrived,
      ...facts,
    });
  if (route.kind === "token") return exchangeCase(books, route.mounted, request, open);
  if (route.kind !== "unknown") return accessCase(books, route, request, open);
  books.count(undefined, undefined, "requests");
  return {
    entry: open({ outcome: "not-found" }),
    family: undefined,
    secrets: present([headerOf(request, "authorization")]),
    decide: () => ({ answer: { status: 404, body: { error: "not_found" } } }),
  };
}

function exchangeCase(
  books: Books,
  mounted: Mounted,
  request: SandboxRequest,
  open: (facts: Partial<OpenEntry>) => OpenEntry,
): Case {
  const exchange = readExchange(books, mounted, request);
  const { family, identity } = exchange;
  const { refreshToken, clientId, clientSecret } = exchange.request;
  const known = family !== undefined && identity !== undefined;
  const entry = open({
    grant: family?.id,
    account: family?.account.name,
    clientId,
    fingerprint: refreshToken === undefined ? undefined : fingerprint(refreshToken),
    presented: refreshToken === undefined ? "none" : known ? books.judge(family, identity) : "unknown",
  });
  books.count(mounted, family, "requests");
  books.count(mounted, family, "tokenRequests");
  return {
    entry,
    family,
    secrets: present([refreshToken, clientSecret, headerOf(request, "authorization")]),
    decide: (lies) => {
      const decision = decideExchange(books, exchange, entry, lies);
      if (entry.presented === "spent") books.count(mounted, family, "replays");
      return decision;
    },
  };
}

function accessCase(
  books: Books,
  route: Extract<Route, { readonly kind: "resource" | "revocation" }>,
  request: SandboxRequest,
  open: (facts: Partial<OpenEntry>) => OpenEntry,
): Case {
  const { mounted } = route;
  const read = route.kind === "resource" ? route.resource.presented : route.revocation.presented;
  const presented = readPresented(books, mounted, read, request);
  const { family, token } = presented;
  const entry = open({
    grant: family?.id,
    account: family?.account.name,
    fingerprint: token === undefined ? undefined : fingerprint(token),
  });
  books.count(mounted, family, "requests");
  return {
    entry,
    family,
    secrets: present([token, headerOf(request, "authorization")]),
    decide: () => ({
      answer:
        route.kind === "resource"
          ? answerResource(books, mounted, route.resource, presented, request, entry)
          : answerRevocation(books, route.revocation, presented, entry),
    }),
  };
}

function present(secrets: readonly (string | undefined)[]): readonly string[] {
  return secrets.filter((secret) => secret !== undefined);
}
