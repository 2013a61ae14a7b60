import assert from "node:assert/strict";
import {
  nothingStored,
  secret,
  TokenwardError,
  type PluginIO,
  type StoredGrant,
  type WriteBack,
} from "@tokenward/core/plugin";
import { testIO } from "../test-io.ts";
import type { WriteBackCase, WriteBackFixture } from "./fixture.ts";
import { comparable, grantOf, intentOf, sentinels, versionOf } from "./samples.ts";

const id = "tiktok/brand-a";

/** One write-back with what every case needs of it. */
interface Ground {
  readonly writeBack: WriteBack;
  readonly io: PluginIO;
  readonly fixture: WriteBackFixture;
  grant(generation: number, of?: string): Promise<StoredGrant>;
  saved(generation: number, of?: string): Promise<StoredGrant>;
}

function writeBackCase(
  name: string,
  run: (ground: Ground) => Promise<void>,
  needs: WriteBackCase["needs"] = [],
): WriteBackCase {
  return {
    name,
    needs,
    run: async (fixture) => {
      const { writeBack, io = testIO() } = fixture;
      const grant = async (generation: number, of: string = id): Promise<StoredGrant> =>
        grantOf(await writeBack.target(of, io), generation, of);
      const saved = async (generation: number, of: string = id): Promise<StoredGrant> => {
        let before = nothingStored;
        for (let next = 1; next < generation; next++) {
          const grown = await grant(next, of);
          await writeBack.save(of, grown, before, io);
          before = versionOf(grown);
        }
        const last = await grant(generation, of);
        await writeBack.save(of, last, before, io);
        return last;
      };
      await run({ writeBack, io, fixture, grant, saved });
    },
  };
}

/** Everything that a `WriteBack` must have, as data. */
export const writeBackCases: readonly WriteBackCase[] = [
  writeBackCase("a grant that was never saved is not there", async ({ writeBack, io }) => {
    assert.equal(await writeBack.read(id, io), undefined);
  }),

  writeBackCase("what was saved is read back whole, byte for byte", async ({ writeBack, io, saved }) => {
    const grant = await saved(1);
    assert.deepEqual(comparable(await writeBack.read(id, io)), comparable(grant));
  }),

  writeBackCase("each save replaces the one before", async ({ writeBack, io, saved }) => {
    const third = await saved(3);
    assert.deepEqual(comparable(await writeBack.read(id, io)), comparable(third));
  }),

  writeBackCase("what an answer did not state is not made up", async ({ writeBack, io, grant }) => {
    const { platform, account, generation, fingerprint, refreshToken } = await grant(1);
    const bare: StoredGrant = { id, platform, account, generation, fingerprint, refreshToken };
    await writeBack.save(id, bare, nothingStored, io);
    assert.deepEqual(comparable(await writeBack.read(id, io)), comparable(bare));
  }),

  writeBackCase("a save that replaces something else is a conflict, and changes nothing", async (ground) => {
    const { writeBack, io, grant, saved } = ground;
    const stored = await saved(2);
    for (const expected of [nothingStored, versionOf(await grant(1)), { generation: 9, fingerprint: "another" }]) {
      await conflict(writeBack.save(id, await grant(7), expected, io), ground);
      assert.deepEqual(comparable(await writeBack.read(id, io)), comparable(stored), "the refused save left a trace");
    }
  }),

  writeBackCase("a first save where something is stored is a conflict", async (ground) => {
    const { writeBack, io, grant, saved } = ground;
    await saved(1);
    const other = { ...(await grant(1)), refreshToken: (await grant(5)).refreshToken, fingerprint: "another" };
    await conflict(writeBack.save(id, other, nothingStored, io), ground);
  }),

  writeBackCase("repeating the same save is harmless", async ({ writeBack, io, grant, saved }) => {
    const first = await saved(1);
    const second = await grant(2);
    await writeBack.save(id, second, versionOf(first), io);
    await writeBack.save(id, second, versionOf(first), io);
    assert.deepEqual(comparable(await writeBack.read(id, io)), comparable(second));
  }),

  writeBackCase("of two saves at once one wins, whole", async ({ writeBack, io, grant, saved }) => {
    const first = await saved(1);
    const second = await grant(2);
    const { refreshToken, fingerprint } = await grant(8);
    const rival: StoredGrant = { ...second, refreshToken, fingerprint };
    const results = await Promise.allSettled([
      writeBack.save(id, second, versionOf(first), io),
      writeBack.save(id, rival, versionOf(first), io),
    ]);
    const won = results.filter(({ status }) => status === "fulfilled").length;
    if (writeBack.traits.compareAndSwap === "atomic") assert.equal(won, 1, "both saves were accepted");
    assert.ok(won >= 1, "both saves were refused");
    const found = comparable(await writeBack.read(id, io));
    const whole = [comparable(second), comparable(rival)].some((one) => isEqual(one, found));
    assert.ok(whole, "what is stored is neither of the two");
  }),

  writeBackCase("grants do not know each other", async ({ writeBack, io, fixture, saved }) => {
    const ids = fixture.grants ?? [id, "tiktok", "tiktok/brand", "tiktok/brand-a.b", "tiktok/Brand-a", "youtube"];
    for (const one of ids) assert.equal(await writeBack.read(one, io), undefined, `${one} was there before its save`);
    const kept = new Map<string, StoredGrant>();
    for (const one of ids) kept.set(one, await saved(1, one));
    for (const [one, grant] of kept) assert.deepEqual(comparable(await writeBack.read(one, io)), comparable(grant));
  }),

  writeBackCase("a target is stable, tells grants apart and holds no secret", async (ground) => {
    const { writeBack, io, fixture, saved } = ground;
    const before = await writeBack.target(id, io);
    await saved(1);
    assert.equal(await writeBack.target(id, io), before, "the target changed with the first save");
    assert.notEqual(await writeBack.target("tiktok", io), before);
    const another = await fixture.another?.();
    if (another !== undefined) assert.equal(await another.target(id, io), before, "another process names it otherwise");
    assertNoSecret(before, "the target");
  }),

  writeBackCase("a probe changes nothing that a reader sees", async ({ writeBack, io, saved }) => {
    await writeBack.probe(id, { longestToken: 4096, rotates: true }, io);
    assert.equal(await writeBack.read(id, io), undefined, "the probe made a grant");
    const grant = await saved(1);
    await writeBack.probe(id, { longestToken: 4096, rotates: true }, io);
    assert.deepEqual(comparable(await writeBack.read(id, io)), comparable(grant));
  }),

  writeBackCase("a save is accepted after a probe", async ({ writeBack, io, saved }) => {
    await writeBack.probe(id, { longestToken: 4096, rotates: true }, io);
    const grant = await saved(2);
    assert.deepEqual(comparable(await writeBack.read(id, io)), comparable(grant));
  }),

  writeBackCase("a token of 4 KiB is saved", async ({ writeBack, io, grant }) => {
    const token = `rft.suite-${"x".repeat(4096)}`;
    await writeBack.save(
      id,
      { ...(await grant(1)), refreshToken: secret(token), fingerprint: "long" },
      nothingStored,
      io,
    );
    assert.equal((await writeBack.read(id, io))?.refreshToken?.reveal(), token);
  }),

  writeBackCase(
    "another process reads what was saved, and its saves are seen",
    async ({ writeBack, io, fixture, grant, saved }) => {
      const first = await saved(1);
      const another = await need(fixture.another)();
      assert.deepEqual(comparable(await another.read(id, io)), comparable(first));
      const second = await grant(2);
      await another.save(id, second, versionOf(first), io);
      assert.deepEqual(comparable(await writeBack.read(id, io)), comparable(second));
    },
    ["another"],
  ),

  writeBackCase(
    "tokens are nowhere to be read in what is stored",
    async ({ fixture, saved }) => {
      await saved(2);
      for (const [name, bytes] of await need(fixture.contents)()) {
        assertNoSecret(name, "a name");
        assertNoSecret(Buffer.from(bytes).toString("latin1"), `the content of ${name}`);
      }
    },
    ["contents"],
  ),

  writeBackCase(
    "where a save is refused the probe is refused, too, and what is stored stays",
    async (ground) => {
      const { writeBack, io, fixture, grant, saved } = ground;
      const stored = await saved(1);
      await need(fixture.refuseWrites)();
      const shape = { longestToken: 4096, rotates: true };
      const probed = await rejection(writeBack.probe(id, shape, io), "a probe succeeded where a save would not");
      assertNoSecret(describe(probed), "the probe's error");
      const refused = await rejection(
        writeBack.save(id, await grant(2), versionOf(stored), io),
        "a save was swallowed",
      );
      assertNoSecret(describe(refused), "the save's error");
      assert.deepEqual(comparable(await writeBack.read(id, io)), comparable(stored));
    },
    ["refuseWrites"],
  ),

  writeBackCase("a claim is seen until it is withdrawn or the grant is saved", async (ground) => {
    const { writeBack, io, grant, saved } = ground;
    if (writeBack.claim === undefined) return;
    const first = await saved(1);
    await writeBack.claim(id, intentOf(first, "one"), versionOf(first), io);
    assert.equal((await writeBack.read(id, io))?.claim?.id, "one");
    await writeBack.claim(id, undefined, { ...versionOf(first), claim: "one" }, io);
    assert.equal((await writeBack.read(id, io))?.claim, undefined, "a withdrawn claim is still there");
    await writeBack.claim(id, intentOf(first, "two"), versionOf(first), io);
    await writeBack.save(id, await grant(2), versionOf(first), io);
    assert.equal((await writeBack.read(id, io))?.claim, undefined, "a save left the claim open");
  }),

  writeBackCase("a claim is neither stolen nor made for another version", async (ground) => {
    const { writeBack, io, grant, saved } = ground;
    if (writeBack.claim === undefined) return;
    const second = await saved(2);
    await conflict(writeBack.claim(id, intentOf(await grant(1), "old"), versionOf(await grant(1)), io), ground);
    await writeBack.claim(id, intentOf(second, "one"), versionOf(second), io);
    await conflict(writeBack.claim(id, intentOf(second, "two"), versionOf(second), io), ground);
    assert.equal((await writeBack.read(id, io))?.claim?.id, "one");
  }),

  writeBackCase("a retired grant is not there any more", async (ground) => {
    const { writeBack, io, grant, saved } = ground;
    if (writeBack.retire === undefined) return;
    const second = await saved(2);
    await conflict(writeBack.retire(id, versionOf(await grant(1)), io), ground);
    await writeBack.retire(id, versionOf(second), io);
    const left = await writeBack.read(id, io);
    assert.ok(left === undefined || left.retired !== undefined, "the grant reads as if it were still there");
    assert.equal(left?.refreshToken ?? left?.accessToken, undefined, "a retired grant still has a token");
  }),
];

async function rejection(work: Promise<unknown>, otherwise: string): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new assert.AssertionError({ message: otherwise });
}

async function conflict(work: Promise<unknown>, { io }: Ground): Promise<void> {
  const error = await rejection(work, "what should have been a conflict was accepted");
  const code = TokenwardError.is(error) ? error.code : describe(error);
  assert.equal(code, "ERR_WRITEBACK_CONFLICT");
  assertNoSecret(describe(error), "the error");
  if ("notes" in io) assertNoSecret(JSON.stringify(io.notes), "a note");
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.message}\n${error.stack ?? ""}\n${JSON.stringify(error)}` : String(error);
}

function assertNoSecret(text: string, where: string): void {
  for (const sentinel of sentinels) assert.ok(!text.includes(sentinel), `${where} holds a token`);
}

function isEqual(left: unknown, right: unknown): boolean {
  try {
    assert.deepEqual(left, right);
    return true;
  } catch {
    return false;
  }
}

function need<T>(member: T | undefined): T {
  if (member === undefined) throw new TypeError("The fixture lacks what this case needs.");
  return member;
}
