import { isIPv4 } from "node:net";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { HttpFailure } from "./failure.ts";
import { isPublicAddress, publicLookup, refusePrivateHost } from "./public-address.ts";

const listed = (text: string): string[] => text.trim().split(/\s+/);
const notPublic = listed(`
  0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.255 169.254.169.254
  172.16.0.1 172.31.255.255 192.0.0.1 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255 198.51.100.1
  203.0.113.1 224.0.0.1 239.1.2.3 240.0.0.1 255.255.255.255
  :: ::1 fc00::1 fd12:3456::1 fe80::1 fe80::1%eth0 febf::1 fec0::1 ff02::1
  2001::1 2001:db8::1 2002:7f00:1::1 2002:808:808::1 3fff::1 100::1 5f00::1 4000::1
  ::ffff:127.0.0.1 ::ffff:a00:1 0:0:0:0:0:ffff:c0a8:101 ::FFFF:169.254.169.254 ::ffff:0:0
  64:ff9b::7f00:1 64:ff9b::10.0.0.1 64:ff9b:1::1 ::127.0.0.1 ::7f00:1 1::1`);
const isPublic = listed(`
  1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255
  172.15.255.255 172.32.0.0 192.0.1.1 192.167.255.255 223.255.255.255
  2606:4700:4700::1111 2a00:1450::1 2001:200::1 2003::1 3fff:1000::1 ::ffff:8.8.8.8 64:ff9b::808:808`);

describe("an address", () => {
  test.each(notPublic)("%s is not public", (address) => expect(isPublicAddress(address)).toBe(false));
  test.each(isPublic)("%s is public", (address) => expect(isPublicAddress(address)).toBe(true));

  it("that is none is not public", () => {
    for (const text of ["", "localhost", "1.2.3", "256.1.1.1", "example.com", "%", "::1::", "[::1]"]) {
      expect(isPublicAddress(text), text).toBe(false);
    }
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => isIPv4(text) || !isPublicAddress(text)));
  });

  // The same ranges by arithmetic, written a second time.
  const first = (a: number, from: number, to = from): boolean => a >= from && a <= to;
  const special = (a: number, b: number, c: number): boolean =>
    [0, 10, 127].includes(a) ||
    a >= 224 ||
    (a === 100 && first(b, 64, 127)) ||
    (a === 169 && b === 254) ||
    (a === 172 && first(b, 16, 31)) ||
    (a === 192 && (b === 168 || (b === 0 && (c === 0 || c === 2)) || (b === 88 && c === 99))) ||
    (a === 198 && (first(b, 18, 19) || (b === 51 && c === 100))) ||
    (a === 203 && b === 0 && c === 113);
  const byte = fc.integer({ min: 0, max: 255 });
  const lively = fc.oneof(byte, fc.constantFrom(0, 10, 100, 127, 169, 172, 192, 198, 203, 224, 255));
  const second = fc.oneof(byte, fc.constantFrom(0, 16, 18, 31, 51, 64, 88, 127, 168, 254));
  const third = fc.oneof(byte, fc.constantFrom(0, 2, 99, 100, 113));
  const bytes = fc.tuple(lively, second, third, byte);

  it("of IPv4 is public unless it lies in a special range, however IPv6 spells it", () => {
    fc.assert(
      fc.property(bytes, ([a, b, c, d]) => {
        const address = `${a}.${b}.${c}.${d}`;
        const hex = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
        const spellings = [`::ffff:${address}`, `::FFFF:${hex}`, `0:0:0:0:0:ffff:${hex}`];
        const translated = [`64:ff9b::${hex}`, `64:ff9b::${address}`, `0064:FF9B:0::${hex}`];
        for (const spelling of [address, ...spellings, ...translated]) {
          expect(isPublicAddress(spelling), spelling).toBe(!special(a, b, c));
        }
        for (const never of [`2002:${hex}::1`, `::${hex}`, `64:ff9b:1::${hex}`]) {
          expect(isPublicAddress(never), never).toBe(false);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("is refused as a host in every spelling that a URL can have", () => {
    const form = fc.constantFrom<(value: number) => string>(
      (value) => String(value),
      (value) => `0x${value.toString(16)}`,
      (value) => `0${value.toString(8)}`,
    );
    const parts = fc.tuple(bytes, fc.tuple(form, form, form, form), fc.integer({ min: 1, max: 4 }), fc.boolean());
    fc.assert(
      fc.property(parts, ([[a, b, c, d], write, count, dotted]) => {
        const [one, two, three, four] = write;
        const joined = [
          [one(((a * 256 + b) * 256 + c) * 256 + d)],
          [one(a), two((b * 256 + c) * 256 + d)],
          [one(a), two(b), three(c * 256 + d)],
          [one(a), two(b), three(c), four(d)],
        ][count - 1];
        const { hostname } = new URL(`https://${joined?.join(".")}${dotted ? "." : ""}/`);
        const judge = (): void => refusePrivateHost(hostname);
        if (special(a, b, c)) expect(judge, hostname).toThrow(HttpFailure);
        else judge();
      }),
      { numRuns: 1000 },
    );
  });
});

it("refuses the names of this machine, and no others, without asking anybody", () => {
  for (const host of ["localhost", "a.localhost", "LOCALHOST.", "①②⑦.0.0.1", "[::1]", "[::]", "[::ffff:7f00:1]"]) {
    expect(() => refusePrivateHost(new URL(`https://${host}/`).hostname), host).toThrow(HttpFailure);
  }
  for (const host of ["example.com", "localhost.example.com", "10.0.0.1.example.com", "8.8.8.8", "[2606:4700::1]"]) {
    refusePrivateHost(new URL(`https://${host}/`).hostname);
  }
});

describe("a name", () => {
  async function ask(addresses: readonly string[], all: boolean): Promise<unknown> {
    let asked = 0;
    const lookup = publicLookup((_, options, found) => {
      asked++;
      expect(options).toEqual({ all: true, hints: 7 });
      found(
        null,
        addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
      );
    });
    const found = await new Promise((resolve) => {
      lookup("x.example", { all, hints: 7 }, (error, ...rest) => resolve(error === null ? rest : error.code));
    });
    // What was judged is what is handed out: there is no second question that could be answered differently.
    expect(asked).toBe(1);
    return found;
  }

  it("gives its addresses where all of them are public", async () => {
    const two = [
      { address: "8.8.8.8", family: 4 },
      { address: "2606:4700::1", family: 6 },
    ];
    expect(await ask(["8.8.8.8", "2606:4700::1"], true)).toEqual([two]);
    expect(await ask(["2606:4700::1", "8.8.8.8"], false)).toEqual(["2606:4700::1", 6]);
  });

  it("is refused where one is not, wherever among them", async () => {
    expect(await ask(["8.8.8.8", "127.0.0.1"], true)).toBe("PRIVATE_ADDRESS");
    expect(await ask(["8.8.8.8", "fe80::1%eth0"], false)).toBe("PRIVATE_ADDRESS");
    expect(await ask(["169.254.169.254"], false)).toBe("PRIVATE_ADDRESS");
    expect(await ask([], true)).toBe("ENOTFOUND");
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...isPublic), { maxLength: 4 }),
        fc.array(fc.constantFrom(...notPublic), { maxLength: 2 }),
        fc.boolean(),
        async (good, bad, all) => {
          fc.pre(good.length + bad.length > 0);
          const found = await ask([...good, ...bad].sort(), all);
          expect(found === "PRIVATE_ADDRESS").toBe(bad.length > 0);
        },
      ),
    );
  });

  it("that nobody knows fails as it does elsewhere", async () => {
    const lookup = publicLookup((_, __, found) => found(Object.assign(new Error("no"), { code: "EAI_AGAIN" }), []));
    const code = await new Promise((resolve) => lookup("x.example", {}, (error) => resolve(error?.code)));
    expect(code).toBe("EAI_AGAIN");
  });
});
