import { crc32c } from "./checksum.ts";
import { RpcError, status } from "./rpc-error.ts";

/** What a version can be. */
export type VersionState = "ENABLED" | "DISABLED" | "DESTROYED";

/** One version of a secret, with its number. */
export interface StoredVersion {
  readonly number: number;
  state: VersionState;
  data: Buffer | undefined;
  etag: string;
  readonly checked: boolean;
}

/** What describes a secret: everything but its versions' data. */
export interface StoredSecret {
  readonly id: string;
  etag: string;
  annotations: Readonly<Record<string, string>>;
  labels: Readonly<Record<string, string>>;
  readonly versions: StoredVersion[];
}

/** What is answered from an older look while {@link SecretStore.lagging} says so. */
export interface Lag {
  /** `secrets.get`. */
  readonly get?: boolean;
  /** Lists of versions, and `versions.get`. */
  readonly list?: boolean;
  /** Access through `latest`. */
  readonly latest?: boolean;
}

interface Snapshot {
  readonly etag: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly states: readonly VersionState[];
}

/** Bytes of a payload at most (quotas of Secret Manager, 2026-11-22). */
const mostBytes = 65_536;
const mostAnnotationBytes = 16_384;

/**
 * The secrets of one project, as Secret Manager keeps them (its documentation, 2026-11-25): a version that was added is
 * there at once for whoever names its number; everything else is seen later. Etags are compared against what is true,
 * not against what is seen.
 */
export class SecretStore {
  readonly #secrets = new Map<string, StoredSecret>();
  readonly #seen = new Map<string, Snapshot>();
  #etags = 0;
  /** What lags behind until {@link SecretStore.settle}. Nothing, unless a test says so. */
  lagging: Lag = {};

  /** Lets everybody see what is true. */
  settle(): void {
    this.#seen.clear();
    for (const [id, { etag, annotations, versions }] of this.#secrets) {
      this.#seen.set(id, { etag, annotations, states: versions.map(({ state }) => state) });
    }
  }

  /** What is true, whatever lags. */
  true(id: string): StoredSecret | undefined {
    return this.#secrets.get(id);
  }

  create(id: string, { annotations = {}, labels = {} }: Partial<StoredSecret>): StoredSecret {
    if (!/^[A-Za-z0-9_-]{1,255}$/.test(id)) throw new RpcError(status.INVALID_ARGUMENT, "The secret id is not valid.");
    if (this.#secrets.has(id)) throw new RpcError(status.ALREADY_EXISTS, `Secret [${id}] already exists.`);
    checkAnnotations(annotations);
    const secret: StoredSecret = { id, etag: this.#etag(), annotations, labels, versions: [] };
    this.#secrets.set(id, secret);
    return secret;
  }

  get(id: string): Pick<StoredSecret, "id" | "etag" | "annotations"> {
    if (this.lagging.get !== true) return this.#must(id);
    const seen = this.#seen.get(id);
    if (seen === undefined) throw notFound(id);
    return { id, etag: seen.etag, annotations: seen.annotations };
  }

  update(id: string, next: Partial<StoredSecret>, paths: readonly string[]): StoredSecret {
    const secret = this.#must(id);
    if (next.etag !== undefined && next.etag !== "" && next.etag !== secret.etag)
      throw new RpcError(status.FAILED_PRECONDITION, "The etag provided does not match the current etag.");
    if (paths.includes("annotations")) {
      checkAnnotations(next.annotations ?? {});
      secret.annotations = next.annotations ?? {};
    }
    if (paths.includes("labels")) secret.labels = next.labels ?? {};
    secret.etag = this.#etag();
    return secret;
  }

  delete(id: string): void {
    this.#must(id);
    this.#secrets.delete(id);
    if (this.lagging.get !== true) this.#seen.delete(id);
  }

  add(id: string, data: Buffer, checksum: string | undefined): StoredVersion {
    const secret = this.#must(id);
    if (data.length > mostBytes) throw new RpcError(status.INVALID_ARGUMENT, "The payload is larger than 64 KiB.");
    if (checksum !== undefined && checksum !== String(crc32c(data)))
      throw new RpcError(status.INVALID_ARGUMENT, "The payload checksum does not match the payload.");
    const number = secret.versions.length + 1;
    const version: StoredVersion = {
      number,
      state: "ENABLED",
      data: Buffer.from(data),
      etag: this.#etag(),
      checked: checksum !== undefined,
    };
    secret.versions.push(version);
    return version;
  }

  /** By number: what is true. By `latest`: what is seen. */
  access(id: string, name: string): StoredVersion & { readonly data: Buffer } {
    const secret = this.#must(id);
    const number = name === "latest" ? this.#latest(secret) : Number(name);
    const version = secret.versions[number - 1];
    if (version === undefined) throw new RpcError(status.NOT_FOUND, `Secret Version [${id}/${name}] not found.`);
    if (version.state !== "ENABLED" || version.data === undefined)
      throw new RpcError(status.FAILED_PRECONDITION, `Secret Version [${id}/${name}] is in ${version.state} state.`);
    return version as StoredVersion & { readonly data: Buffer };
  }

  /** The versions that are seen, the newest first. */
  list(id: string): readonly StoredVersion[] {
    const secret = this.#must(id);
    const states = this.lagging.list === true ? (this.#seen.get(id)?.states ?? []) : undefined;
    const visible = secret.versions
      .slice(0, states?.length)
      .map((version, index) => ({ ...version, state: states?.[index] ?? version.state }));
    return visible.toReversed();
  }

  /** Disables, enables or destroys. */
  change(id: string, number: number, state: VersionState, etag: string | undefined): StoredVersion {
    const version = this.#must(id).versions[number - 1];
    if (version === undefined) throw new RpcError(status.NOT_FOUND, `Secret Version [${id}/${number}] not found.`);
    if (etag !== undefined && etag !== "" && etag !== version.etag)
      throw new RpcError(status.FAILED_PRECONDITION, "The etag provided does not match the current etag.");
    if (version.state === "DESTROYED" && state !== "DESTROYED")
      throw new RpcError(status.FAILED_PRECONDITION, `Secret Version [${id}/${number}] is in DESTROYED state.`);
    version.state = state;
    version.etag = this.#etag();
    if (state === "DESTROYED") version.data = undefined;
    return version;
  }

  #latest({ id, versions }: StoredSecret): number {
    if (this.lagging.latest !== true) return versions.length;
    return this.#seen.get(id)?.states.length ?? 0;
  }

  #must(id: string): StoredSecret {
    const secret = this.#secrets.get(id);
    if (secret === undefined) throw notFound(id);
    return secret;
  }

  // With its quotes, as the real ones have (AIP-154).
  #etag(): string {
    this.#etags += 1;
    return `"${this.#etags.toString(16).padStart(14, "0")}"`;
  }
}

function notFound(id: string): RpcError {
  return new RpcError(status.NOT_FOUND, `Secret [${id}] not found.`);
}

function checkAnnotations(annotations: Readonly<Record<string, string>>): void {
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) {
    if (!/^[a-z0-9A-Z](?:[a-z0-9A-Z_.-]{0,61}[a-z0-9A-Z])?$/.test(key))
      throw new RpcError(status.INVALID_ARGUMENT, "An annotation's key is not valid.");
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes >= mostAnnotationBytes) throw new RpcError(status.INVALID_ARGUMENT, "The annotations are too large.");
}
