import type { PresentedAccess, SandboxAnswer, SandboxRequest, SandboxResource } from "../platform.ts";
import { bearerOf } from "../request-reading.ts";
import { fingerprint } from "../tokens.ts";
import type { PodiumSettings } from "./podium-settings.ts";
import { podiumData, podiumError, withoutJwt } from "./podium-wording.ts";

/** The routes of Podium's v4 API that tell whether a token works, as its OpenAPI files describe them. */
export const podiumResources: readonly SandboxResource[] = [
  { path: "/v4/webhooks", presented, answer: (access) => denied(access) ?? webhooks(access) },
  {
    path: "/v4/locations",
    requiredScope: "read_locations",
    presented,
    answer: (access) => denied(access) ?? locations(access),
  },
  // In none of the published OpenAPI files, whatever has been written about it.
  { path: "/v4/me", presented, answer: (access) => podiumError(404, "route_not_found", "Route not found", access) },
];

function presented(request: SandboxRequest): string | undefined {
  const token = bearerOf(request);
  return token === undefined ? undefined : withoutJwt(token);
}

function denied(access: PresentedAccess): SandboxAnswer | undefined {
  if (access.kind === "access" && access.state === "expired") {
    return podiumError(401, "unauthorized", "ID token expired", access);
  }
  if (access.kind !== "access" || access.state !== "alive") {
    return podiumError(401, "unauthenticated", "Authorization header is missing or invalid", access);
  }
  return access.allowed ? undefined : podiumError(403, "unauthorized", "A required scope is missing", access);
}

/** A webhook repeats the secret that its events are signed with: a health check must keep it out of every text. */
function webhooks(access: PresentedAccess): SandboxAnswer {
  const organization = access.account?.id ?? "";
  return podiumData(access, {
    data: [
      {
        uid: uidOf(`${organization}/webhook`),
        url: "https://hooks.example/podium",
        eventTypes: ["contact.created"],
        disabled: false,
        organizationUid: uidOf(organization),
        locationUid: null,
        secret: `signing-${fingerprint(`${organization}/signing`)}`,
        createdAt: created,
        updatedAt: created,
      },
    ],
    metadata: { url: "https://api.podium.com/v4/webhooks" },
  });
}

const created = "2025-01-23T23:50:07Z";

/** Ten a page unless `limit` says otherwise; a cursor brings its own limit and overrides everything else. */
function locations(access: PresentedAccess): SandboxAnswer {
  const { query } = access.request;
  const total = (access.settings as PodiumSettings).locations ?? 12;
  const cursor = query.get("cursor");
  const page = cursor === null ? { from: 0, limit: limitOf(query.get("limit")) } : readCursor(cursor);
  if (page === undefined) return podiumError(400, "invalid_cursor", "Cursor is invalid", access);
  const { from, limit } = page;
  if (limit === undefined) return podiumError(400, "invalid_request_values", "limit must be from 1 to 100", access);
  const organization = access.account?.id ?? "";
  const count = Math.max(0, Math.min(limit, total - from));
  return podiumData(access, {
    data: Array.from({ length: count }, (_, index) => locationOf(organization, from + index + 1)),
    metadata: {
      nextCursor: from + limit < total ? writeCursor(from + limit, limit) : null,
      previousCursor: from === 0 ? null : writeCursor(Math.max(0, from - limit), limit),
      totalItems: total,
      url: "https://api.podium.com/v4/locations",
    },
  });
}

function locationOf(organization: string, number: number): Record<string, unknown> {
  return {
    uid: uidOf(`${organization}/location/${String(number)}`),
    name: `Location ${String(number)}`,
    displayName: `Location ${String(number)}`,
    address: `${String(number)} High St`,
    addressDetails: { city: null, state: null, country: null, postalCode: null },
    phoneNumber: null,
    podiumPhoneNumber: null,
    organizationUid: uidOf(organization),
    archived: false,
    archivedAt: null,
    createdAt: created,
    updatedAt: created,
  };
}

function limitOf(text: string | null): number | undefined {
  if (text === null) return 10;
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  return limit >= 1 && limit <= 100 ? limit : undefined;
}

function writeCursor(from: number, limit: number): string {
  return Buffer.from(`${String(from)}:${String(limit)}`, "utf8").toString("base64url");
}

function readCursor(cursor: string): { readonly from: number; readonly limit: number } | undefined {
  const match = /^(\d{1,9}):(\d{1,3})$/.exec(Buffer.from(cursor, "base64url").toString("utf8"));
  return match === null ? undefined : { from: Number(match[1]), limit: Number(match[2]) };
}

/** A UUID that is the same for the same name. */
function uidOf(name: string): string {
  const digits = fingerprint(name) + fingerprint(`${name}/`);
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
