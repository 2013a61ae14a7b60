import type { Backend, Fault } from "../backend.ts";
import { status } from "./rpc-error.ts";
import { startGcpServer, type GcpServer, type GcpTrouble } from "./server.ts";

export { crc32c } from "./checksum.ts";
export { emulatorUnavailable, startGcpEmulator, type GcpEmulator } from "./emulator.ts";
export { status } from "./rpc-error.ts";
export { SecretStore, type Lag, type StoredSecret, type StoredVersion } from "./secret-store.ts";
export { startGcpServer, type GcpCall, type GcpServer, type GcpTrouble } from "./server.ts";

/** It runs in this process, so it always can be started. */
export function unavailable(): string | undefined {
  return undefined;
}

/** What any process needs to talk to it: no look-ups outside this machine. */
export const gcpEnvironment: Readonly<Record<string, string>> = { METADATA_SERVER_DETECTION: "none" };

const troubles: Readonly<Record<Fault, GcpTrouble>> = {
  unauthorized: { code: status.UNAUTHENTICATED, reason: "ACCESS_TOKEN_EXPIRED" },
  forbidden: { code: status.PERMISSION_DENIED, reason: "IAM_PERMISSION_DENIED" },
  "not-found": { code: status.PERMISSION_DENIED, reason: "CONSUMER_INVALID" },
  conflict: { code: status.ABORTED },
  throttled: { code: status.RESOURCE_EXHAUSTED, reason: "RATE_LIMIT_EXCEEDED" },
  unavailable: { code: status.UNAVAILABLE, message: "The service is currently unavailable." },
  timeout: { hang: true },
  reset: { drop: true },
  "read-only": { code: status.PERMISSION_DENIED, reason: "SECURITY_POLICY_VIOLATED" },
  quota: { code: status.RESOURCE_EXHAUSTED, reason: "RESOURCE_QUOTA_EXCEEDED" },
  "value-rejected": { code: status.INVALID_ARGUMENT },
};

const notes: Partial<Record<Fault, string>> = {
  "not-found": "the project is not there; Google says so with PERMISSION_DENIED",
  conflict: "somebody else changes the secret at the same moment, again and again",
  "read-only": "a service perimeter lets only reads through",
  quota: "a quota of the project that no waiting helps with",
};

const readsStillWork: readonly Fault[] = ["conflict", "read-only", "quota", "value-rejected"];
const reading = new Set(["GetSecret", "AccessSecretVersion", "GetSecretVersion", "ListSecretVersions"]);

/** A Secret Manager with an empty project, for scenarios. */
export async function startGcpBackend(): Promise<Backend & { readonly server: GcpServer }> {
  const server = await startGcpServer();
  return {
    name: "gcp",
    server,
    writeback: { backend: "gcp", gcp: { endpoint: server.url, project: server.project, timeout: 2000 } },
    env: gcpEnvironment,
    fail: async (fault, during) => {
      await Promise.resolve();
      server.trouble = ({ method }) => {
        if (during === "save") return method === "AddSecretVersion" ? troubles[fault] : undefined;
        const concerned = !readsStillWork.includes(fault) || !(reading.has(method) || method === "TestIamPermissions");
        return concerned ? troubles[fault] : undefined;
      };
    },
    heal: async () => {
      await Promise.resolve();
      server.trouble = undefined;
    },
    faultNote: (fault) => notes[fault],
    refreshToken: async (grant) => {
      await Promise.resolve();
      const versions = server.store.true(secretIdOf(grant))?.versions ?? [];
      const newest = versions.findLast(({ state }) => state === "ENABLED")?.data?.toString("utf8");
      if (newest === undefined) return undefined;
      return newest.startsWith("{")
        ? (JSON.parse(newest) as { readonly refresh_token?: string }).refresh_token
        : newest;
    },
    seed: async (grant, refreshToken) => {
      await Promise.resolve();
      const id = secretIdOf(grant);
      if (server.store.true(id) === undefined) server.store.create(id, {});
      server.store.add(id, Buffer.from(refreshToken), undefined);
    },
    close: async () => await server.close(),
  };
}

// Secret Manager knows nothing of grants; this is the documented rule for names, written a second time on purpose.
function secretIdOf(grant: string): string {
  const [platform = "", account] = grant.split("/");
  if (account === undefined) return `tokenward-${platform}`;
  return `tokenward-${platform}_${account.replaceAll("_", "__").replaceAll(".", "_d")}`;
}
