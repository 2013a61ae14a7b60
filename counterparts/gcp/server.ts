import { Metadata, Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from "@grpc/grpc-js";
import { crc32c } from "./checksum.ts";
import { RpcError, status } from "./rpc-error.ts";
import { SecretStore, type StoredSecret, type StoredVersion, type VersionState } from "./secret-store.ts";
import { secretManagerService } from "./service-definition.ts";
import { layWire } from "./wire.ts";

/** One call as it came in. */
export interface GcpCall {
  /** `AddSecretVersion`, as in Google's description. */
  readonly method: string;
  readonly request: Readonly<Record<string, unknown>>;
}

/** What goes wrong with a call. `after`: the service does it first. */
export type GcpTrouble =
  | { readonly code: status; readonly reason?: string; readonly message?: string; readonly after?: boolean }
  | { readonly drop: true; readonly after?: boolean }
  | { readonly hang: true; readonly after?: boolean }
  | { readonly damage: true };

/** A running Secret Manager, made from Google's own description of the service. */
export interface GcpServer {
  /** `http://127.0.0.1:…`: in the clear, without credentials. */
  readonly url: string;
  /** The id of its only project. Its names answer with the project's number, as the real ones do. */
  readonly project: string;
  readonly store: SecretStore;
  readonly calls: readonly GcpCall[];
  /** What the caller may do, as in IAM. */
  readonly permissions: Set<string>;
  trouble: ((call: GcpCall) => GcpTrouble | undefined) | undefined;
  /** Waits for calls before they are done: resolves when they may go on. */
  pause: ((call: GcpCall) => Promise<void> | undefined) | undefined;
  close(): Promise<void>;
}

const project = "tokenward-tests";
const projectNumber = "471100815";

const permissionOf: Readonly<Record<string, string>> = {
  AccessSecretVersion: "secretmanager.versions.access",
  AddSecretVersion: "secretmanager.versions.add",
  CreateSecret: "secretmanager.secrets.create",
  DeleteSecret: "secretmanager.secrets.delete",
  DestroySecretVersion: "secretmanager.versions.destroy",
  DisableSecretVersion: "secretmanager.versions.disable",
  EnableSecretVersion: "secretmanager.versions.enable",
  GetSecret: "secretmanager.secrets.get",
  GetSecretVersion: "secretmanager.versions.get",
  ListSecretVersions: "secretmanager.versions.list",
  UpdateSecret: "secretmanager.secrets.update",
};

/** Starts one with nothing in it. */
export async function startGcpServer(): Promise<GcpServer> {
  const store = new SecretStore();
  const calls: GcpCall[] = [];
  const permissions = new Set(Object.values(permissionOf));
  const state: Pick<GcpServer, "trouble" | "pause"> = { trouble: undefined, pause: undefined };
  const methods = handlers(store, permissions);

  const handle = async (method: string, request: Readonly<Record<string, unknown>>): Promise<object | "silence"> => {
    const call = { method, request };
    calls.push(call);
    await state.pause?.(call);
    const trouble = state.trouble?.(call);
    if (trouble !== undefined && !("damage" in trouble) && trouble.after !== true) return inflict(trouble);
    const needed = permissionOf[method];
    if (needed !== undefined && !permissions.has(needed))
      throw new RpcError(status.PERMISSION_DENIED, `Permission '${needed}' denied.`, "IAM_PERMISSION_DENIED");
    const answer = methods[method]?.(request) ?? {};
    if (trouble === undefined) return answer;
    return "damage" in trouble ? damaged(answer) : inflict(trouble);
  };
  const inflict = (trouble: Exclude<GcpTrouble, { damage: true }>): "silence" => {
    if ("code" in trouble) throw new RpcError(trouble.code, trouble.message ?? "made by a test", trouble.reason);
    if ("drop" in trouble) wire.cut();
    return "silence";
  };

  const server = new Server();
  const implementation = Object.fromEntries(
    [...Object.keys(permissionOf), "TestIamPermissions"].map((method) => [
      method,
      (call: ServerUnaryCall<Readonly<Record<string, unknown>>, object>, answer: sendUnaryData<object>) => {
        void handle(method, call.request).then(
          (value) => (value === "silence" ? undefined : answer(null, value)),
          (thrown: unknown) => answer(refusal(thrown), null),
        );
      },
    ]),
  );
  server.addService(secretManagerService(), implementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  const wire = await layWire(port);
  return Object.assign(state, {
    url: `http://127.0.0.1:${wire.port}`,
    project,
    store,
    calls,
    permissions,
    close: async () => {
      server.forceShutdown();
      await wire.close();
    },
  });
}

type Handler = (request: Readonly<Record<string, unknown>>) => object;

function handlers(store: SecretStore, permissions: ReadonlySet<string>): Readonly<Record<string, Handler>> {
  const ofVersion = ({ name }: Readonly<Record<string, unknown>>): { id: string; version: string } => {
    const [, id = "", version = ""] = /\/secrets\/([^/]+)\/versions\/([^/]+)$/.exec(owned(name)) ?? [];
    return { id, version };
  };
  const changing =
    (to: VersionState): Handler =>
    (request) => {
      const { id, version } = ofVersion(request);
      return described(id, store.change(id, Number(version), to, request["etag"] as string | undefined));
    };
  return {
    CreateSecret: ({ parent, secret_id: id, secret }) => {
      owned(parent);
      return whole(store.create(String(id), secret as Partial<StoredSecret>));
    },
    GetSecret: ({ name }) => whole(store.get(secretOf(name))),
    UpdateSecret: ({ secret, update_mask: mask }) => {
      const { name, ...next } = secret as Partial<StoredSecret> & { readonly name: string };
      const paths = (mask as { readonly paths?: readonly string[] } | null)?.paths ?? [];
      if (paths.length === 0) throw new RpcError(status.INVALID_ARGUMENT, "The update mask is empty.");
      return whole(store.update(secretOf(name), next, paths));
    },
    DeleteSecret: ({ name }) => {
      store.delete(secretOf(name));
      return {};
    },
    AddSecretVersion: ({ parent, payload }) => {
      const { data, data_crc32c: checksum } = payload as { readonly data: Buffer; readonly data_crc32c?: string };
      return described(secretOf(parent), store.add(secretOf(parent), data, checksum ?? undefined));
    },
    AccessSecretVersion: (request) => {
      const { id, version } = ofVersion(request);
      const found = store.access(id, version);
      return {
        name: nameOf(id, found.number),
        payload: { data: found.data, data_crc32c: String(crc32c(found.data)) },
      };
    },
    GetSecretVersion: (request) => {
      const { id, version } = ofVersion(request);
      const found = store.list(id).find(({ number }) => String(number) === version);
      if (found === undefined) throw new RpcError(status.NOT_FOUND, `Secret Version [${id}/${version}] not found.`);
      return described(id, found);
    },
    ListSecretVersions: ({ parent, page_size: size, page_token: token }) => {
      const id = secretOf(parent);
      const all = store.list(id);
      const from = Number(token ?? 0);
      const to = from + (Number(size ?? 0) || 25);
      return {
        versions: all.slice(from, to).map((version) => described(id, version)),
        next_page_token: to < all.length ? String(to) : "",
        total_size: all.length,
      };
    },
    DisableSecretVersion: changing("DISABLED"),
    EnableSecretVersion: changing("ENABLED"),
    DestroySecretVersion: changing("DESTROYED"),
    TestIamPermissions: ({ resource, permissions: asked }) => {
      // A secret that is not there grants nothing; that is no error.
      const there = store.true(secretOf(resource)) !== undefined;
      return { permissions: there ? (asked as readonly string[]).filter((one) => permissions.has(one)) : [] };
    },
  };
}

function owned(name: unknown): string {
  const text = String(name);
  if (text.startsWith(`projects/${project}`) || text.startsWith(`projects/${projectNumber}`)) return text;
  throw new RpcError(status.PERMISSION_DENIED, `Permission denied on resource ${text}.`, "CONSUMER_INVALID");
}

function secretOf(name: unknown): string {
  return /\/secrets\/([^/]+)$/.exec(owned(name))?.[1] ?? "";
}

function nameOf(id: string, version?: number): string {
  const secret = `projects/${projectNumber}/secrets/${id}`;
  return version === undefined ? secret : `${secret}/versions/${version}`;
}

function whole({ id, etag, annotations }: Pick<StoredSecret, "id" | "etag" | "annotations">): object {
  return { name: nameOf(id), replication: { automatic: {} }, etag, annotations };
}

function described(id: string, { number, state, etag, checked }: StoredVersion): object {
  return { name: nameOf(id, number), state, etag, client_specified_payload_checksum: checked };
}

function damaged(answer: object): object {
  const { payload, ...rest } = answer as { readonly payload?: { readonly data: Buffer; readonly data_crc32c: string } };
  if (payload === undefined) return answer;
  const data = Buffer.from(payload.data);
  data[data.length >> 1] = (data[data.length >> 1] ?? 0) ^ 1;
  return { ...rest, payload: { ...payload, data } };
}

function refusal(thrown: unknown): RpcError {
  if (thrown instanceof RpcError) return thrown;
  return Object.assign(new RpcError(status.INTERNAL, String(thrown)), { metadata: new Metadata() });
}
