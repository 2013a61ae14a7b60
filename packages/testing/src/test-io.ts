import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHttpClient } from "@tokenward/core";
import { redact, systemClock, systemIdentity, type Identity, type PluginIO } from "@tokenward/core/plugin";

/** A {@link PluginIO} that also remembers what was noted. */
export interface TestIO extends PluginIO {
  readonly notes: readonly string[];
}

/**
 * What a plugin may touch, for its tests: a real HTTP client that knows no proxy, an empty environment, the machine's
 * clock, and an identity of its own.
 */
export function testIO(overrides: Partial<PluginIO> = {}): TestIO {
  const notes: string[] = [];
  const env = overrides.env ?? {};
  return {
    http: createHttpClient({ env }),
    env,
    clock: systemClock,
    signal: new AbortController().signal,
    identity: temporaryIdentity(),
    note: (message) => {
      notes.push(redact(message));
    },
    ...overrides,
    notes,
  };
}

/** A real identity whose file is gone with this process. It is made on first use. */
export function temporaryIdentity(): Identity {
  let made: Promise<Identity> | undefined;
  const identity = (): Promise<Identity> => (made ??= make());
  return {
    source: "a temporary identity",
    ensure: async (options) => await (await identity()).ensure(options),
    encrypt: async (plain) => await (await identity()).encrypt(plain),
    decrypt: async (sealed) => await (await identity()).decrypt(sealed),
    deriveKey: async (purpose) => await (await identity()).deriveKey(purpose),
  };
}

async function make(): Promise<Identity> {
  const folder = mkdtempSync(join(tmpdir(), "tokenward-testing-"));
  try {
    const identity = systemIdentity({ TOKENWARD_IDENTITY_FILE: join(folder, "identity.txt") });
    // It is read once; from here on it lives in memory.
    await identity.ensure({ sealedDataExists: false });
    return identity;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
