// How often two claims, or two saves, that nothing keeps apart overwrite each other in GitLab's variables without either
// hearing of it, and how wide the window for that is, in round trips. Usage, after a build:
//   node benchmarks/gitlab-window.mjs [pairs per row] [milliseconds of a round trip]   (default 150, 60)
// Prints a table to stderr and JSON to stdout.
import { setTimeout } from "node:timers/promises";
import { createHttpClient, fingerprintOf, nothingStored, secret, systemClock } from "@tokenward/core";
import gitlab from "@tokenward/writeback-gitlab";
import { startGitlabServer } from "tokenward-counterparts/gitlab";

const pairs = Number(process.argv[2] ?? 150);
const trip = Number(process.argv[3] ?? 60);
/** Pairs under way together; more, and the machine's own speed is measured. */
const together = 6;
/** The second save begins up to so many round trips before or after the first one: about one save's length. */
const reach = 7;

const client = createHttpClient({ env: {}, keepAlive: true });
// What a round trip really took, this machine's own work included: the unit of everything that is reported.
const trips = { count: 0, milliseconds: 0 };
const http = {
  send: async (request, options) => {
    const started = performance.now();
    try {
      return await client.send(request, options);
    } finally {
      if (!held(request)) {
        trips.count++;
        trips.milliseconds += performance.now() - started;
      }
    }
  },
};
const io = {
  http,
  env: {},
  clock: systemClock,
  signal: new AbortController().signal,
  identity: undefined,
  note: () => {},
};

// How long a round trip takes, as a multiple of the mean. The generator is seeded: a run can be made again.
const random = seeded(20261125);
const networks = {
  "always the same": () => 1,
  "half to one and a half": () => 0.5 + random(),
  exponential: () => -Math.log(1 - random()),
  "one in twenty takes ten": () => (random() < 0.05 ? 10 : 0.526),
};
const holds = [2, 4, 6, 8];

let holding = false;
/** Whose write decides a pair: the record of a claim, the first token of a save. */
const mark = { claim: "_STATE", save: "_REFRESH_TOKEN" };
const writerOf = (value) => /-([ab])\b/.exec(value)?.[1];
const valueOf = ({ json }) => (typeof json.value === "string" ? json.value : json.value.reveal());
const held = ({ method, url, body }) =>
  holding && method === "PUT" && /_(STATE|REFRESH_TOKEN)$/.test(url) && writerOf(valueOf(body)) === "b";

const rows = [];
for (const what of ["claim", "save"]) {
  for (const [network, multiple] of Object.entries(networks)) rows.push(await measure(what, network, multiple, 0));
  for (const hold of holds) rows.push(await measure(what, "always the same", () => 1, hold));
}
report(rows);

async function measure(what, network, multiple, hold) {
  const server = await startGitlabServer();
  const writers = ["a", "b"].map(() => gitlab({ url: server.url, project: "42", token: secret(server.token) }));
  const counted = { overlapped: 0, unseen: 0, bothRefused: 0 };
  const written = new Map();
  const numbers = Array.from({ length: pairs }, (_, index) => index);
  for (const index of numbers) {
    await writers[0].save(`crm/p${index}`, grantOf(index, 1, "a", server.url), nothingStored, io);
    written.set(`CRM_P${index}${mark[what]}`, new Set());
  }
  server.latency = () => trip * multiple();
  holding = hold > 0;
  Object.assign(trips, { count: 0, milliseconds: 0 });
  server.trouble = ({ method, path, body }) => {
    const key = path.split("/").at(-1);
    if (method !== "PUT" || !written.has(key)) return undefined;
    const writer = writerOf(body.value);
    if (writer !== undefined) written.get(key).add(writer);
    // One of the two is halted between its comparison and its write: by its machine, a proxy, a retry.
    return hold > 0 && writer === "b" ? { wait: setTimeout(hold * trip) } : undefined;
  };
  const queue = numbers.values();
  const work = async () => {
    for (const index of queue) {
      const late = (random() * 2 - 1) * reach * trip;
      const outcomes = await Promise.all(
        writers.map(async (writer, who) => {
          const name = "ab"[who];
          await setTimeout(Math.max(0, who === 0 ? -late : late));
          const { fingerprint } = grantOf(index, 1, "a", server.url);
          const expected = { generation: 1, fingerprint };
          const next = grantOf(index, 2, name, server.url);
          const work =
            what === "save"
              ? writer.save(next.id, next, expected, io)
              : writer.claim(next.id, intentOf(`claim-${name}`, expected), expected, io);
          return await work.then(
            () => "done",
            () => "refused",
          );
        }),
      );
      const bothWrote = written.get(`CRM_P${index}${mark[what]}`).size === 2;
      if (bothWrote) counted.overlapped++;
      if (outcomes.every((outcome) => outcome === "done")) counted.unseen++;
      if (outcomes.every((outcome) => outcome === "refused")) counted.bothRefused++;
    }
  };
  await Promise.all(Array.from({ length: together }, work));
  await server.close();
  const measured = trips.milliseconds / trips.count;
  // Starts lie evenly over twice the reach, so a share of them is a length of time.
  const width = (counted.unseen / pairs) * 2 * reach * trip;
  return {
    what,
    network,
    pairs,
    ...counted,
    tripMilliseconds: round(measured),
    heldTrips: round((hold * trip) / measured),
    windowTrips: round(width / measured),
    windowMilliseconds: round(width),
  };
}

function grantOf(index, generation, who, url) {
  const refreshToken = secret(`refresh-token-${index}-${generation}-${who}`);
  return {
    id: `crm/p${index}`,
    platform: "crm",
    account: `p${index}`,
    generation,
    fingerprint: fingerprintOf(`gitlab:${url}#42:CRM_P${index}@*`, refreshToken),
    refreshToken,
    accessToken: secret(`access-token-${index}-${generation}-${who}`),
  };
}

function intentOf(id, version) {
  return { id, version, host: "anywhere", run: id, at: new Date(), deadline: new Date(), attempt: 1 };
}

function report(results) {
  console.error(`${pairs} pairs a row, starts up to ${reach} x ${trip} ms apart`);
  for (const row of results)
    console.error(
      `${row.what.padEnd(6)}${row.network.padEnd(24)} trip ${row.tripMilliseconds.toFixed(0).padStart(4)} ms` +
        `  held ${row.heldTrips.toFixed(1).padStart(4)} trips  both wrote ${String(row.overlapped).padStart(4)}` +
        `  unseen ${String(row.unseen).padStart(4)}  both refused ${String(row.bothRefused).padStart(3)}` +
        `  window ${row.windowTrips.toFixed(2).padStart(5)} trips (${row.windowMilliseconds.toFixed(0)} ms)`,
    );
  console.log(JSON.stringify({ benchmark: "gitlab-window", node: process.version, trip, reach, results }));
}

function round(value) {
  return Math.round(value * 100) / 100;
}

// mulberry32
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
