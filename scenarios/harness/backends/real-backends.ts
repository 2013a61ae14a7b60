import type { Backend } from "tokenward-counterparts/backend";

/** The places outside this machine where first-party write-backs keep grants. */
export const backendNames = ["gitlab", "aws", "gcp", "sops"] as const;

/** One of {@link backendNames}. */
export type BackendName = (typeof backendNames)[number];

/** Those whose store itself refuses the slower of two writers; elsewhere only the lease keeps them apart. */
export const atomicBackends: readonly BackendName[] = ["aws", "gcp"];

interface Counterpart {
  /** Why it cannot be started here. */
  unavailable(): string | undefined;
  start(): Promise<Backend>;
}

const load: Readonly<Record<BackendName, () => Promise<Counterpart>>> = {
  gitlab: async () => {
    const { startGitlabBackend, unavailable } = await import("tokenward-counterparts/gitlab");
    return { start: startGitlabBackend, unavailable };
  },
  aws: async () => {
    const { startAwsBackend, unavailable } = await import("tokenward-counterparts/aws");
    return { start: startAwsBackend, unavailable };
  },
  gcp: async () => {
    const { startGcpBackend, unavailable } = await import("tokenward-counterparts/gcp");
    return { start: startGcpBackend, unavailable };
  },
  sops: async () => {
    const { startSopsBackend, unavailable } = await import("tokenward-counterparts/sops");
    return { start: startSopsBackend, unavailable };
  },
};

/** Why a backend cannot be started here; `undefined`: it can. */
export async function backendObjection(name: BackendName): Promise<string | undefined> {
  return (await load[name]()).unavailable();
}

/** Starts the real thing, or what follows its published description, with nothing in it. */
export async function startBackend(name: BackendName): Promise<Backend> {
  return await (await load[name]()).start();
}
