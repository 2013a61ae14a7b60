import { createHash, hkdfSync } from "node:crypto";
import { resolve, join } from "node:path";
import { TokenwardError } from "./errors/error.ts";
import { keyPairOf, seal, unseal, type KeyPair } from "./identity/age-file.ts";
import { createIdentityFile, readIdentityFile } from "./identity/identity-file.ts";
import { parseIdentity } from "./identity/identity-text.ts";
import { platformFolder } from "./identity/platform-folder.ts";

/**
 * The age identity of this installation: it seals state and files. From `TOKENWARD_IDENTITY`, else
 * `TOKENWARD_IDENTITY_FILE`, else a file with mode 0600 in the OS user's configuration folder, never in a project.
 */
export interface Identity {
  /** Where it comes from, for messages: a path or the variable's name. Never the identity itself. */
  readonly source: string;
  /**
   * Makes sure there is one. It is made anew only where none exists and the caller has nothing sealed yet.
   *
   * @param options.sealedDataExists as a function where finding out costs something: asked only where there is none
   * @throws `ERR_STATE_IDENTITY_MISSING`, `ERR_STATE_IDENTITY_INVALID`, `ERR_STATE_UNWRITABLE`
   */
  ensure(options: { readonly sealedDataExists: boolean | (() => Promise<boolean>) }): Promise<void>;
  /** Seals for this installation with age's own file format; `age -d -i <identity>` opens it. */
  encrypt(plain: string | Uint8Array): Promise<Uint8Array>;
  /**
   * @throws `ERR_STATE_IDENTITY_MISSING`, `ERR_STATE_IDENTITY_INVALID`; {@link SealError}, whose code says whether
   * another identity sealed it or it is damaged
   */
  decrypt(sealed: Uint8Array): Promise<Uint8Array>;
  /**
   * A symmetric key for one purpose, derived by HKDF-SHA-256: for records that are written on the hot path, where
   * age's public-key operations would cost more than the exchange.
   */
  deriveKey(purpose: string): Promise<Uint8Array>;
}

const shared = new Map<string, Identity>();

/**
 * The identity that the environment points at. All callers that mean the same source share one instance, which reads
 * it once.
 *
 * @param env default `process.env`
 */
export function systemIdentity(env: Readonly<Record<string, string | undefined>> = process.env): Identity {
  const text = env["TOKENWARD_IDENTITY"];
  if (text !== undefined && text.trim() !== "") {
    const key = `text:${createHash("sha256").update(text).digest("base64url")}`;
    return remembered(key, () => identityFrom("TOKENWARD_IDENTITY", { read: () => Promise.resolve(text) }));
  }
  const named = env["TOKENWARD_IDENTITY_FILE"];
  const path =
    named === undefined || named === "" ? join(platformFolder("config", env), "identity.txt") : resolve(named);
  return remembered(`file:${path}`, () =>
    identityFrom(path, { read: () => readIdentityFile(path), create: () => createIdentityFile(path) }),
  );
}

function remembered(key: string, make: () => Identity): Identity {
  let identity = shared.get(key);
  if (identity === undefined) {
    identity = make();
    shared.set(key, identity);
  }
  return identity;
}

interface Source {
  /** `undefined` where there is none. */
  readonly read: () => Promise<string | undefined>;
  /** Leaves one, by this process or by another that was faster. */
  readonly create?: () => Promise<void>;
}

interface Loaded {
  readonly text: string;
  readonly keys: KeyPair;
}

function identityFrom(source: string, { read, create }: Source): Identity {
  let loading: Promise<Loaded> | undefined;

  const loadNow = async (): Promise<Loaded> => {
    const text = await read();
    if (text === undefined) throw new TokenwardError("ERR_STATE_IDENTITY_MISSING", { path: source });
    const parsed = parseIdentity(text, source);
    return { text: parsed.text, keys: keyPairOf(parsed.scalar) };
  };
  const load = (): Promise<Loaded> => {
    loading ??= loadNow().catch((error: unknown) => {
      // A failure is not remembered: the human mends it while a service runs.
      loading = undefined;
      throw error;
    });
    return loading;
  };

  return {
    source,
    ensure: async ({ sealedDataExists }) => {
      if (create !== undefined && loading === undefined && (await read()) === undefined) {
        const sealed = typeof sealedDataExists === "function" ? await sealedDataExists() : sealedDataExists;
        if (!sealed) await create();
      }
      await load();
    },
    encrypt: async (plain) => {
      const { keys } = await load();
      return seal(typeof plain === "string" ? Buffer.from(plain, "utf8") : plain, keys.publicBytes);
    },
    decrypt: async (sealed) => unseal(sealed, (await load()).keys),
    deriveKey: async (purpose) =>
      new Uint8Array(hkdfSync("sha256", (await load()).text, "tokenward identity", `tokenward key 1 ${purpose}`, 32)),
  };
}
