import type { AsyncEntry } from "@napi-rs/keyring";
import { messageOf, TokenwardError, type GrantId } from "@tokenward/core/plugin";
import type { GrantStore } from "./store.ts";

// Not a grant's name: those hold no brackets.
const markUser = "(tokenward)";
const sampleUser = "(probe)";
const mark = "tokenward keeps grants in this keychain";

// An unlock dialogue that nobody sees, or a hanging service, must not hang a run.
const patience = 20_000;

/**
 * Keeps each grant as one entry of the operating system's keychain. An entry that is not found proves nothing: a
 * keychain that was never created answers the same. So a mark is kept beside the grants, and only where it is found
 * does "not found" mean "not stored".
 */
export function keychainStore(service: string): GrantStore {
  const get = async (user: string): Promise<string | undefined> => {
    const value = await inTime((await entry(service, user)).getSecret());
    return value === null || value === undefined ? undefined : Buffer.from(value).toString("utf8");
  };
  const set = async (user: string, text: string): Promise<void> => {
    const found = await entry(service, user);
    await inTime(found.setSecret(Buffer.from(text, "utf8")));
    if ((await get(user)) !== text) throw new Error("it gave back something else than was written");
  };
  return {
    kind: "keychain",
    where: `the OS keychain (service "${service}")`,

    found: async (grant) => {
      await keychain(grant, async () => {
        await set(markUser, mark);
      });
    },

    load: async (grant) =>
      await keychain(grant, async () => {
        const text = await get(grant);
        if (text !== undefined) return text;
        if ((await get(markUser)) !== mark) {
          throw new Error("it is empty, where Tokenward left a mark at the first save; it may be another keychain");
        }
        return undefined;
      }),

    prove: async (grant, bytes) => {
      await keychain(grant, async () => {
        // As large as a grant may become: Windows takes 2560 bytes at most.
        await set(sampleUser, "x".repeat(bytes));
        await inTime((await entry(service, sampleUser)).deleteCredential());
      });
    },

    replace: async (grant, text) => {
      await keychain(grant, async () => {
        await set(grant, text);
      });
    },
  };
}

async function entry(service: string, user: string): Promise<AsyncEntry> {
  const { AsyncEntry } = await import("@napi-rs/keyring");
  // Unpinned it falls back to the kernel's keyring, which is gone at the next boot.
  return new AsyncEntry(service, user, { linux: { store: "secret-service" } });
}

async function keychain<Result>(grant: GrantId, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (thrown) {
    const reason = messageOf(thrown);
    throw new TokenwardError("ERR_WRITEBACK_KEYCHAIN", { grant, reason }, { cause: thrown, class: "write-back" });
  }
}

async function inTime<Result>(answer: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`it did not answer within ${patience / 1000} s (does it wait for a password?)`));
    }, patience);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
