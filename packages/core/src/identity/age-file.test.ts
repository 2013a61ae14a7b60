import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { keyPairOf, newScalar, seal, SealError, unseal, type KeyPair } from "./age-file.ts";
import { decodeBech32, encodeBech32 } from "./bech32.ts";

// Around age's chunk of 64 KiB, where a last part is full, missing or empty.
const lengths = [0, 1, 700, 65_535, 65_536, 65_537, 131_072, 200_000];
const scalar = newScalar();
const keys = keyPairOf(scalar);
const identity = encodeBech32("age-secret-key-", scalar).toUpperCase();
const recipient = encodeBech32("age", keys.publicBytes);

function sample(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, at) => (at * 31 + (at >>> 8)) & 255));
}

function whyNot(sealed: Uint8Array, by: KeyPair = keys): unknown {
  try {
    unseal(sealed, by);
    return undefined;
  } catch (error) {
    return error instanceof SealError ? error.code : error;
  }
}

describe("sealing in age's file format", () => {
  it.each(lengths)("opens %i bytes that it sealed", (length) => {
    expect(unseal(seal(sample(length), keys.publicBytes), keys)).toEqual(sample(length));
  });

  it.each(lengths)("agrees with the age-encryption package on %i bytes", async (length) => {
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    expect(Buffer.from(await decrypter.decrypt(seal(sample(length), keys.publicBytes)))).toEqual(sample(length));
    const encrypter = new Encrypter();
    // For somebody else as well: the stanza of ours is not the first.
    encrypter.addRecipient(await identityToRecipient(await generateX25519Identity()));
    encrypter.addRecipient(recipient);
    expect(Buffer.from(unseal(await encrypter.encrypt(sample(length)), keys))).toEqual(sample(length));
  });

  it("seals the same differently each time", () => {
    expect(seal(sample(9), keys.publicBytes)).not.toEqual(seal(sample(9), keys.publicBytes));
  });

  it("knows keys that the age-encryption package made", async () => {
    const made = await generateX25519Identity();
    const pair = keyPairOf(decodeBech32("age-secret-key-", made));
    expect(encodeBech32("age", pair.publicBytes)).toBe(await identityToRecipient(made));
  });

  it("tells another's file from a damaged one", () => {
    const sealed = seal(sample(100), keys.publicBytes);
    expect(whyNot(sealed, keyPairOf(newScalar()))).toBe("another");
    expect(whyNot(Buffer.from("age-encryption.org/v2\n"))).toBe("damaged");
    expect(whyNot(Buffer.from("{}"))).toBe("damaged");
    expect(whyNot(new Uint8Array())).toBe("damaged");
  });

  it("gives nothing of a file that was changed or cut anywhere", () => {
    const sealed = Buffer.from(seal(sample(100), keys.publicBytes));
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Buffer.from(sealed);
        changed[at] = (changed[at] ?? 0) ^ change;
        expect(whyNot(changed)).toMatch(/^(damaged|another)$/);
        expect(whyNot(sealed.subarray(0, at))).toMatch(/^(damaged|another)$/);
      }),
      { numRuns: 400 },
    );
  });

  it("gives nothing of a long file that lost a part, and takes none with more", () => {
    const sealed = seal(sample(200_000), keys.publicBytes);
    const chunk = 65_536 + 16;
    for (const length of [sealed.length - chunk, sealed.length - 1, sealed.length - (200_000 % 65_536) - 16]) {
      expect(whyNot(sealed.subarray(0, length))).toBe("damaged");
    }
    expect(whyNot(Buffer.concat([sealed, Buffer.from("x")]))).toBe("damaged");
  });

  it("throws a SealError, whatever the bytes are", () => {
    const text = fc.constantFrom(
      "age-encryption.org/v1\n",
      "-> X25519 ",
      "-> scrypt a 18\n",
      "---",
      " ",
      "\n",
      "A".repeat(43),
    );
    const bytes = fc.array(
      fc.oneof(
        text.map((part) => Buffer.from(part)),
        fc.uint8Array({ maxLength: 80 }),
      ),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(bytes, (parts) => {
        expect(whyNot(Buffer.concat(parts))).toMatch(/^(damaged|another)$/);
      }),
    );
  });
});

describe("the age command", () => {
  let folder: string;
  let missing: boolean;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "tokenward-age-"));
    missing = spawnSync("age", ["--version"]).status !== 0;
    writeFileSync(join(folder, "identity.txt"), `# a comment\n${identity}\n`, { mode: 0o600 });
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function need(context: TestContext): void {
    if (missing) context.skip("needs the age command (Debian: age)");
  }

  it.for(lengths)("opens what was sealed here, and the other way round: %i bytes", (length, context) => {
    need(context);
    const sealed = seal(sample(length), keys.publicBytes);
    const opened = execFileSync("age", ["-d", "-i", join(folder, "identity.txt")], { input: sealed, maxBuffer: 1e6 });
    expect(opened).toEqual(sample(length));
    const theirs = execFileSync("age", ["-r", recipient], { input: sample(length), maxBuffer: 1e6 });
    expect(unseal(theirs, keys)).toEqual(sample(length));
  });
});
