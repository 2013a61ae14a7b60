import fc from "fast-check";
import { expect, it } from "vitest";
import { nothingStored, secret, type StoredGrant, type Version } from "@tokenward/core";
import type { PluginIO, WriteBack } from "@tokenward/core/plugin";
import { testIO } from "@tokenward/testing";
import { SecretStore } from "tokenward-counterparts/gcp";
import { writeBackOn } from "./gcp-write-back.ts";
import { storeApi, type Fate } from "./test/store-api.ts";

const id = "tiktok";
const secretId = "tokenward-tiktok";
const rounds = 2;

/** A machine: how its calls end, one after the other, and what it does with old versions. */
interface Plan {
  readonly fates: readonly Fate[];
  readonly policy: "destroy" | "keep";
  /** Whether it claims, as a refresh does; an import does not. */
  readonly claims: boolean;
}

const fate = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Fate>("answered") },
  { weight: 1, arbitrary: fc.constant<Fate>("unanswered") },
  { weight: 1, arbitrary: fc.constant<Fate>("undone") },
);
const plan: fc.Arbitrary<Plan> = fc.record({
  fates: fc.array(fate, { maxLength: 24 }),
  policy: fc.constantFrom("destroy", "keep"),
  claims: fc.boolean(),
});

type Claiming = Required<Pick<WriteBack, "claim">> & WriteBack;

/** What was tried: which token over which one. */
interface Attempt {
  readonly over: string | undefined;
  readonly token: string;
  readonly acknowledged: boolean;
}

const io: PluginIO = testIO();
const version = (grant: StoredGrant | undefined): Version =>
  grant === undefined ? nothingStored : { generation: grant.generation, fingerprint: grant.fingerprint };

async function refreshing(writeBack: Claiming, name: string, claims: boolean, tried: Attempt[]) {
  const claimed: (string | undefined)[] = [];
  for (let round = 1; round <= rounds; round++) {
    const token = `rft.${name}-${round}`;
    let over: string | undefined;
    try {
      const found = await writeBack.read(id, io);
      // Somebody else is about to spend it.
      if (claims && found?.claim !== undefined) continue;
      over = found?.refreshToken?.reveal();
      const times = { at: new Date(0), deadline: new Date(1), attempt: 1 };
      const intent = { id: token, version: version(found), host: name, run: name, ...times };
      if (claims) {
        await writeBack.claim(id, intent, version(found), io);
        claimed.push(over);
      }
      const generation = (found?.generation ?? 0) + 1;
      const next = { id, platform: "tiktok", generation, fingerprint: token, refreshToken: secret(token) };
      await writeBack.save(id, next, version(found), io);
      tried.push({ over, token, acknowledged: true });
    } catch {
      tried.push({ over, token, acknowledged: false });
    }
  }
  return claimed;
}

async function reading(writeBack: WriteBack, store: SecretStore): Promise<readonly number[]> {
  const seen: number[] = [];
  for (let look = 1; look <= 4; look++) {
    const token = (await writeBack.read(id, io))?.refreshToken?.reveal();
    const number = written.get(store)?.get(String(token)) ?? 0;
    seen.push(number);
  }
  return seen;
}

// The first number that each token was written under.
const written = new WeakMap<SecretStore, Map<string, number>>();
function watch(store: SecretStore): void {
  const numbers = new Map<string, number>();
  written.set(store, numbers);
  const { add } = store;
  store.add = (secretName, data, checksum) => {
    const version = add.call(store, secretName, data, checksum);
    const { refresh_token: token } = JSON.parse(data.toString("utf8")) as { readonly refresh_token: string };
    if (!numbers.has(token)) numbers.set(token, version.number);
    return version;
  };
}

it("in whatever order machines write, die and hear nothing, no acknowledged save is lost, and nobody looks back", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(plan, { minLength: 2, maxLength: 4 }),
      fc.record({ human: fc.boolean(), late: fc.boolean() }),
      async (scheduler, plans, { human, late }) => {
        const store = new SecretStore();
        watch(store);
        store.lagging = { get: late };
        const machine = ({ fates, policy }: Plan) => {
          let calls = 0;
          const turn = async (): Promise<Fate> => {
            await scheduler.schedule(Promise.resolve());
            return fates[calls++] ?? "answered";
          };
          const api = storeApi(store, turn);
          const options = { old_versions: policy };
          return writeBackOn(api, options, async () => await Promise.resolve()) as Claiming;
        };
        const calm: Plan = { fates: [], policy: "keep", claims: false };
        const tried: Attempt[] = [];
        const work = plans.map(async (one, index) => await refreshing(machine(one), `m${index}`, one.claims, tried));
        const looking = reading(machine(calm), store);
        const consenting = human
          ? scheduler.schedule(Promise.resolve()).then(() => {
              if (store.true(secretId) === undefined) store.create(secretId, {});
              return store.add(secretId, Buffer.from('{"refresh_token":"rft.human"}'), undefined).number;
            })
          : undefined;
        const seeing = [1, 2, 3].map(
          async () => await scheduler.schedule(Promise.resolve()).then(() => store.settle()),
        );
        const all = Promise.all([...work, looking, consenting, ...seeing]);
        await scheduler.waitFor(all);

        const last = machine(calm).read(id, io);
        await scheduler.waitFor(last);
        // From what is stored back to where it all began.
        const chain: string[] = [];
        for (let token = (await last)?.refreshToken?.reveal(); token !== undefined;) {
          const found: Attempt | undefined = tried.find((one) => one.token === token);
          chain.push(token);
          token = found?.over;
        }
        // What was stored before a human's consent counts no more, and was not lost either.
        const since = (await consenting) ?? 0;
        const numbers = written.get(store);
        const lost = tried.filter(
          ({ token, acknowledged }) => acknowledged && (numbers?.get(token) ?? 0) > since && !chain.includes(token),
        );
        expect(lost).toEqual([]);
        const bases = tried.filter(({ acknowledged }) => acknowledged).map(({ over }) => over);
        expect(new Set(bases).size, "two saves were accepted over the same token").toBe(bases.length);
        if (human) expect(chain.at(-1)).toBe("rft.human");
        const claims = (await Promise.all(work)).flat();
        expect(new Set(claims).size, "two machines were about to spend one token").toBe(claims.length);
        const looks = await looking;
        expect(looks).toEqual([...looks].sort((left, right) => left - right));
      },
    ),
    { numRuns: 300 },
  );
}, 120_000);
