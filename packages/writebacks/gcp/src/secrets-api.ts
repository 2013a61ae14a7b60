import type { TokenwardError } from "@tokenward/core/plugin";
import { callingOf, isExpected, type Caller, type Expected } from "./calling.ts";
import { crc32c } from "./crc32c.ts";
import type { GcpOptions } from "./options.ts";
import { code, damagedRefusal } from "./refusal.ts";

export type { Caller } from "./calling.ts";

/** A secret without its versions. Asked for, it may be an older one than there is; its etag then changes nothing. */
export interface Secret {
  readonly etag: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The bytes of a version; `missing`: there is no such number yet; `closed`: it is disabled, destroyed, or its key is. */
export type VersionContent = Uint8Array | "missing" | "closed";

/** How an add ended. `doubt`: nobody knows whether it was done. `over`: nor is there time left to find out and repeat. */
export type Added =
  | { readonly number: number; readonly checked: boolean }
  | { readonly doubt: TokenwardError; readonly over: boolean };

/** The part of Secret Manager that is needed. Every method throws the caller's code with a sentence of its own. */
export interface SecretsApi {
  project(caller: Caller): Promise<string>;
  secret(id: string, caller: Caller): Promise<Secret | undefined>;
  /** Makes a secret without a version. */
  create(id: string, annotations: Record<string, string>, caller: Caller): Promise<Secret | "there already">;
  /** Changes the annotations of exactly that state of the secret. */
  annotate(id: string, etag: string, annotations: Record<string, string>, caller: Caller): Promise<Secret | "changed">;
  /** A version by its number, which is the one thing that is never an older answer. */
  version(id: string, number: number, caller: Caller): Promise<VersionContent>;
  /** Why a version is closed: `ENABLED`, `DISABLED`, `DESTROYED`; `undefined` where that cannot be found out. */
  stateOf(id: string, number: number, caller: Caller): Promise<string | undefined>;
  /** Adds a version. Never repeated by itself unless it certainly was not done. */
  add(id: string, bytes: Uint8Array, caller: Caller): Promise<Added>;
  /** Disables or destroys a version. One that is so already is fine. */
  close(id: string, number: number, how: "disable" | "destroy", caller: Caller): Promise<void>;
  /** Those of some permissions that the caller lacks; `undefined` where the place does not tell (an emulator). */
  lacking(id: string, permissions: readonly string[], caller: Caller): Promise<readonly string[] | undefined>;
}

const damagedTries = 3;

/** Talks to Secret Manager with Google's own SDK. */
export function secretsApi(options: GcpOptions): SecretsApi {
  const { call, attempt, project, failure } = callingOf(options);
  const path = async (id: string, caller: Caller): Promise<string> => `projects/${await project(caller)}/secrets/${id}`;

  return {
    project,

    secret: async (id, caller) => {
      const name = await path(id, caller);
      const answer = await call(caller, {
        secret: id,
        permission: "secretmanager.secrets.get",
        repeatable: true,
        expected: [code.notFound],
        work: async (sdk, how) => await sdk.getSecret({ name }, how),
      });
      return isExpected(answer) ? undefined : secretIn(answer);
    },

    create: async (id, annotations, caller) => {
      const parent = `projects/${await project(caller)}`;
      const secret = { replication: { automatic: {} }, annotations };
      const answer = await call(caller, {
        secret: id,
        permission: "secretmanager.secrets.create",
        repeatable: true,
        expected: [code.alreadyExists],
        work: async (sdk, how) => await sdk.createSecret({ parent, secretId: id, secret }, how),
      });
      return isExpected(answer) ? "there already" : secretIn(answer);
    },

    annotate: async (id, etag, annotations, caller) => {
      const secret = { name: await path(id, caller), etag, annotations };
      const answer = await call(caller, {
        secret: id,
        permission: "secretmanager.secrets.update",
        // Done twice, the second finds another etag: whoever asked looks again.
        repeatable: true,
        // The first by Google's documentation of etags (2026-11-25), the second by AIP-154.
        expected: [code.failedPrecondition, code.aborted, code.notFound],
        work: async (sdk, how) => await sdk.updateSecret({ secret, updateMask: { paths: ["annotations"] } }, how),
      });
      return isExpected(answer) ? "changed" : secretIn(answer);
    },

    version: async (id, number, caller) => {
      const name = `${await path(id, caller)}/versions/${number}`;
      for (let attempt = 1; ; attempt++) {
        const answer = await call(caller, {
          secret: id,
          permission: "secretmanager.versions.access",
          repeatable: true,
          expected: [code.notFound, code.failedPrecondition],
          work: async (sdk, how) => await sdk.accessSecretVersion({ name }, how),
        });
        if (isExpected(answer)) return answer.refused === code.notFound ? "missing" : "closed";
        const { data, dataCrc32c: stated } = answer.payload ?? {};
        const bytes = typeof data === "string" ? Buffer.from(data, "base64") : (data ?? new Uint8Array());
        // Google always states a checksum; an emulator may not.
        const unstated = stated === undefined || stated === null;
        if (unstated ? options.endpoint !== undefined : matches(bytes, stated)) return bytes;
        if (attempt === damagedTries) throw failure(caller, damagedRefusal(id, number));
      }
    },

    stateOf: async (id, number, caller) => {
      const name = `${await path(id, caller)}/versions/${number}`;
      const ended = await attempt(caller, {
        secret: id,
        permission: "secretmanager.versions.get",
        repeatable: true,
        work: async (sdk, how) => await sdk.getSecretVersion({ name }, how),
      });
      return "failed" in ended || isExpected(ended.answer) ? undefined : String(ended.answer.state);
    },

    add: async (id, bytes, caller) => {
      const parent = await path(id, caller);
      const payload = { data: bytes, dataCrc32c: String(crc32c(bytes)) };
      const ended = await attempt(caller, {
        secret: id,
        permission: "secretmanager.versions.add",
        repeatable: false,
        work: async (sdk, how) => await sdk.addSecretVersion({ parent, payload }, how),
      });
      if ("failed" in ended) {
        const { error, doubtful, over } = ended.failed;
        if (!doubtful) throw error;
        return { doubt: error, over };
      }
      const { name, clientSpecifiedPayloadChecksum: checked } = ended.answer as Exclude<typeof ended.answer, Expected>;
      return { number: Number(/\/versions\/(\d+)$/.exec(name ?? "")?.[1]), checked: checked === true };
    },

    close: async (id, number, how, caller) => {
      const name = `${await path(id, caller)}/versions/${number}`;
      await call(caller, {
        secret: id,
        permission: `secretmanager.versions.${how}`,
        repeatable: true,
        expected: [code.failedPrecondition, code.notFound],
        work: async (sdk, settings) =>
          how === "destroy"
            ? await sdk.destroySecretVersion({ name }, settings)
            : await sdk.disableSecretVersion({ name }, settings),
      });
    },

    lacking: async (id, permissions, caller) => {
      const resource = await path(id, caller);
      const answer = await call(caller, {
        secret: id,
        permission: "secretmanager.secrets.get",
        repeatable: true,
        expected: [code.unimplemented],
        work: async (sdk, how) => await sdk.testIamPermissions({ resource, permissions: [...permissions] }, how),
      });
      if (isExpected(answer)) return undefined;
      return permissions.filter((one) => answer.permissions?.includes(one) !== true);
    },
  };
}

function secretIn(answer: {
  readonly etag?: string | null;
  readonly annotations?: Readonly<Record<string, string>> | null;
}): Secret {
  return { etag: answer.etag ?? "", annotations: { ...answer.annotations } };
}

function matches(bytes: Uint8Array, stated: { toString(): string } | undefined | null): boolean {
  return stated?.toString() === String(crc32c(bytes));
}
