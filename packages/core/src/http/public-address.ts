import { lookup, type LookupAddress, type LookupOptions } from "node:dns";
import { BlockList, isIP, isIPv6 } from "node:net";
import { HttpFailure } from "./failure.ts";
import { isLoopback } from "./outgoing.ts";

/** The code of a request that was refused because of where its address leads. */
const privateAddressCode = "PRIVATE_ADDRESS";

const reason = "its address leads to this machine or into a private network";

// IANA's registries of special-purpose addresses (RFC 6890 and its updates), as far as they are not globally reachable,
// and multicast.
const special4 = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const;

// Of the IPv6 addresses that are handed out to the public: Teredo and ORCHID, documentation, and 6to4, which is no longer
// in use and carries an IPv4 address of somebody's choice.
const special6 = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const;

// The only IPv6 addresses that are handed out to the public (RFC 4291, section 2.4, and IANA's registry of 2025). Whatever
// lies outside is local, multicast, reserved, or a spelling of an IPv4 address.
const unicast6 = [["2000::", 3]] as const;

interface Networks {
  readonly special: BlockList;
  readonly unicast: BlockList;
}

let known: Networks | undefined;

// At the first look, not at import: most commands never look, and `node:net` takes several milliseconds.
function networks(): Networks {
  if (known !== undefined) return known;
  const [special, unicast] = [new BlockList(), new BlockList()];
  for (const [network, prefix] of special4) special.addSubnet(network, prefix, "ipv4");
  for (const [network, prefix] of special6) special.addSubnet(network, prefix, "ipv6");
  for (const [network, prefix] of unicast6) unicast.addSubnet(network, prefix, "ipv6");
  return (known = { special, unicast });
}

/** Whether an IP address can be reached by anybody, as opposed to this machine or its network alone. */
export function isPublicAddress(address: string): boolean {
  const plain = address.replace(/%.*$/, "");
  const { special, unicast } = networks();
  if (!isIPv6(plain)) return isIP(plain) === 4 && !special.check(plain, "ipv4");
  const embedded = embeddedIPv4(plain);
  if (embedded !== undefined) return isPublicAddress(embedded);
  return unicast.check(plain, "ipv6") && !special.check(plain, "ipv6");
}

/** The IPv4 address that a mapped (::ffff:0:0/96) or translated (64:ff9b::/96) one means. */
function embeddedIPv4(address: string): string | undefined {
  const groups = groupsOf(address);
  const [high = 0, low = 0] = groups.slice(6);
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  const translated = groups[0] === 0x64 && groups[1] === 0xff9b && groups.slice(2, 6).every((group) => group === 0);
  return mapped || translated ? [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".") : undefined;
}

function groupsOf(address: string): readonly number[] {
  // The URL parser writes every spelling in one way, an IPv4 tail included.
  const [head = "", tail] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split("::");
  const numbers = (text: string): number[] =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
  const [before, after] = [numbers(head), numbers(tail ?? "")];
  const filler = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array.from({ length: filler }, () => 0), ...after];
}

/**
 * Refuses what can be judged without asking anybody: literal addresses, and names that mean this machine. It is all that
 * is judged where a proxy resolves the name.
 *
 * @param hostname as the URL parser gives it, which knows one spelling of an address only
 * @throws {@link HttpFailure}
 */
export function refusePrivateHost(hostname: string): void {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (isLoopback(hostname) || (isIP(host) !== 0 && !isPublicAddress(host))) {
    throw new HttpFailure({ sent: false, reason, code: privateAddressCode });
  }
}

/** Asks for all addresses of a name, as `lookup` of `node:dns` does. */
export type Resolver = (
  hostname: string,
  options: LookupOptions & { readonly all: true },
  found: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** What sockets take for finding the addresses of a name. */
export type SocketLookup = (
  hostname: string,
  options: LookupOptions,
  found: (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void,
) => void;

/**
 * A `lookup` for sockets that gives public addresses only. The socket connects to what it gives, so that a name cannot
 * lead elsewhere between the look and the connection; one private address among several is enough to refuse.
 *
 * @param resolver default: the system's
 */
export function publicLookup(resolver: Resolver = lookup): SocketLookup {
  return (hostname, options, found) => {
    resolver(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return found(error, []);
      const [first] = addresses;
      if (first === undefined) return found(failed("no address", "ENOTFOUND"), []);
      if (!addresses.every(({ address }) => isPublicAddress(address))) {
        return found(failed(reason, privateAddressCode), []);
      }
      return options.all === true ? found(null, addresses) : found(null, first.address, first.family);
    });
  };
}

function failed(message: string, code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(message), { code });
}
