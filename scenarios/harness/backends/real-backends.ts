import { rm } from "node:fs/promises";
import path from "node:path";
import type { Backend } from "tokenward-counterparts/backend";
import type { Repository } from "tokenward-counterparts/sops";

/** The places outside this machine where first-party write-backs keep grants. */
export const backendNames = ["gitlab", "aws", "gcp", "sops"] as const;

/** One of {@link backendNames}. */
export type BackendName = (typeof backendNames)[number];

/**
 * Where of two machines that claim at the same moment one is turned away: by the store itself, or by the git server that
 * takes no push but one on top of what is there. Elsewhere only a lease that both know keeps them apart.
 */
export const exclusiveBackends: readonly BackendName[] = ["aws", "gcp", "sops"];

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

/** The place where grants are kept, as one machine sees it. */
export interface Place {
  readonly writeback: Readonly<Record<string, unknown>>;
  /** Brings it to what everybody sees, as a job that begins does. */
  renew(): Promise<void>;
}

/** What the machine that a backend came with needs to reach it. */
export function ownPlace(backend: Backend): Place {
  const { writeback } = backend;
  if (!isCheckedOut(backend)) return { writeback, renew: async () => await Promise.resolve() };
  return checkout(backend, path.dirname(fileIn(writeback)));
}

/** What another machine needs: an address, or a checkout of its own. */
export function placeOf(backend: Backend, folder: string, writeback: Readonly<Record<string, unknown>>): Place {
  return isCheckedOut(backend) ? checkout({ ...backend, writeback }, folder) : { ...ownPlace(backend), writeback };
}

type CheckedOut = Backend & { readonly repository: Repository };

function isCheckedOut(backend: Backend): backend is CheckedOut {
  return "repository" in backend;
}

function fileIn(writeback: Readonly<Record<string, unknown>>): string {
  return (writeback["sops"] as { readonly file: string }).file;
}

function checkout({ writeback, repository }: Pick<CheckedOut, "writeback" | "repository">, folder: string): Place {
  const sops = { ...(writeback["sops"] as object), file: path.join(folder, path.basename(fileIn(writeback))) };
  return {
    writeback: { ...writeback, sops },
    renew: async () => {
      await rm(folder, { recursive: true, force: true });
      await repository.checkOut(folder);
    },
  };
}
