import { TokenwardError } from "@tokenward/core";
import type { SecretStore, StoredSecret } from "tokenward-counterparts/gcp";
import type { Caller, Secret, SecretsApi } from "../secrets-api.ts";

/** What becomes of a call: it is done and answered, done and not answered, or not done. */
export type Fate = "answered" | "unanswered" | "undone";

/**
 * The secrets of a store without a wire in between, so that thousands of orders can be tried.
 *
 * @param turn resolves when the call may be done, and says what becomes of it
 */
export function storeApi(store: SecretStore, turn: (method: keyof SecretsApi) => Promise<Fate>): SecretsApi {
  const call = async <T>(method: keyof SecretsApi, { grant, code }: Caller, work: () => T): Promise<T> => {
    const fate = await turn(method);
    const failed = (): TokenwardError => new TokenwardError(code, { grant, reason: "made by a test", remedy: "Wait" });
    if (fate === "undone") throw failed();
    const answer = work();
    if (fate === "unanswered") throw failed();
    return answer;
  };
  const expecting = <T, E>(work: () => T, otherwise: (code: number) => E): T | E => {
    try {
      return work();
    } catch (thrown) {
      return otherwise((thrown as { readonly code: number }).code);
    }
  };
  const secretOf = ({ etag, annotations }: Pick<StoredSecret, "etag" | "annotations">): Secret => ({
    etag,
    annotations: { ...annotations },
  });
  return {
    project: async () => await Promise.resolve("p"),
    secret: async (id, caller) =>
      await call("secret", caller, () =>
        expecting(
          () => secretOf(store.get(id)),
          () => undefined,
        ),
      ),
    create: async (id, annotations, caller) =>
      await call("create", caller, () =>
        expecting(
          () => secretOf(store.create(id, { annotations })),
          () => "there already" as const,
        ),
      ),
    annotate: async (id, etag, annotations, caller) =>
      await call("annotate", caller, () =>
        expecting(
          () => secretOf(store.update(id, { etag, annotations }, ["annotations"])),
          () => "changed" as const,
        ),
      ),
    version: async (id, number, caller) =>
      await call("version", caller, () =>
        expecting(
          () => store.access(id, String(number)).data,
          (code) => (code === 5 ? ("missing" as const) : ("closed" as const)),
        ),
      ),
    stateOf: async (id, number) => await Promise.resolve(store.true(id)?.versions[number - 1]?.state),
    add: async (id, bytes, caller) => {
      const fate = await turn("add");
      const version = fate === "undone" ? undefined : store.add(id, Buffer.from(bytes), undefined);
      if (fate === "answered" && version !== undefined) return { number: version.number, checked: true };
      const facts = { grant: caller.grant, reason: "made by a test", remedy: "Wait" };
      return { doubt: new TokenwardError(caller.code, facts), over: false };
    },
    close: async (id, number, how, caller) =>
      await call("close", caller, () => {
        expecting(
          () => store.change(id, number, how === "destroy" ? "DESTROYED" : "DISABLED", undefined),
          () => undefined,
        );
      }),
    lacking: async () => await Promise.resolve([]),
  };
}
