import { fingerprintOf, secret, TokenwardError, type Intent, type StoredGrant } from "@tokenward/core";
import type { WriteBack } from "@tokenward/core/plugin";
import { gcpEnvironment, startGcpServer, type GcpServer } from "tokenward-counterparts/gcp";
import { vi } from "vitest";
import gcp, { type GcpOptions } from "../index.ts";

/** The grant that these tests are about, and the secret that it is kept in. */
export const id = "tiktok/brand-a";
export const secretId = "tokenward-tiktok_brand-a";

/** A write-back with claims and tombstones, as this one is. */
export type GcpWriteBack = Required<Pick<WriteBack, "claim" | "retire">> & WriteBack;

/** A server of its own, and what can be said about a grant in it. */
export interface Ground {
  readonly server: GcpServer;
  readonly target: string;
  /** Another process each time: it knows nothing but what is stored. */
  writeBackOf(options?: GcpOptions): GcpWriteBack;
  grantOf(generation: number, token?: string): StoredGrant;
  version(generation: number): { readonly generation: number; readonly fingerprint: string | undefined };
  intentOf(name: string, generation: number): Intent;
  /** Adds a version as a human does, with `gcloud secrets versions add`. */
  addByHand(text: string): number;
  /** The text of a version, whatever its state; `undefined`: its data is gone. */
  textOf(number: number): string | undefined;
  states(): readonly string[];
}

/** Starts it. */
export async function startGround(): Promise<Ground> {
  for (const [name, value] of Object.entries(gcpEnvironment)) vi.stubEnv(name, value);
  const server = await startGcpServer();
  const { store } = server;
  const target = `gcp:${server.project}@${new URL(server.url).host}:${secretId}`;
  const grantOf = (generation: number, token: string = String(generation)): StoredGrant => {
    const refreshToken = secret(`rft.gcp-faults-${token}`);
    const fingerprint = fingerprintOf(target, refreshToken);
    const accessToken = secret(`act.gcp-faults-${token}`);
    return { id, platform: "tiktok", account: "brand-a", generation, fingerprint, refreshToken, accessToken };
  };
  const version: Ground["version"] = (generation) => ({
    generation,
    fingerprint: grantOf(generation).fingerprint,
  });
  return {
    server,
    target,
    writeBackOf: (options = {}) =>
      gcp({ project: server.project, endpoint: server.url, access_token: true, ...options }) as GcpWriteBack,
    grantOf,
    version,
    intentOf: (name, generation) => ({
      id: name,
      version: version(generation),
      host: "host-a",
      run: name,
      at: new Date(0),
      deadline: new Date(1),
      attempt: 1,
    }),
    addByHand: (text) => {
      if (store.true(secretId) === undefined) store.create(secretId, {});
      return store.add(secretId, Buffer.from(text), undefined).number;
    },
    textOf: (number) => store.true(secretId)?.versions[number - 1]?.data?.toString("utf8"),
    states: () => (store.true(secretId)?.versions ?? []).map(({ state }) => state),
  };
}

/** What something was refused with. */
export async function refusalOf(work: Promise<unknown>): Promise<TokenwardError> {
  try {
    await work;
  } catch (error) {
    if (TokenwardError.is(error)) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

/** What a probe is told. */
export const shape = { longestToken: 4096, rotates: true };
