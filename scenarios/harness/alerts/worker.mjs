// One scheduled run, as a process of its own: reads what it is to do from standard input, refreshes every grant once, and
// prints what became of each. Its clock shows the world's time, and sleeping takes none.
import { text } from "node:stream/consumers";
import { createEngine, secret, withPlatform } from "@tokenward/core";
import webhook from "@tokenward/notifier-webhook";
import youtube from "@tokenward/refresher-youtube";
import { localState } from "@tokenward/state-local";

const { now, stateFolder, identityFile, tokenUrl, alertsUrl, grants, remindHours } = JSON.parse(
  await text(process.stdin),
);

let slept = 0;
const clock = {
  now: () => new Date(now + slept + performance.now()),
  monotonic: () => slept + performance.now(),
  sleep: async (milliseconds, signal) => {
    signal?.throwIfAborted();
    slept += milliseconds;
    await new Promise((resolve) => setImmediate(resolve));
  },
};

// Where grants are kept is not what this is about: the world hands every run the newest consent.
const writeBack = {
  traits: { compareAndSwap: "atomic", outlivesRun: true },
  target: (id) => `world:${id}`,
  read: async (id) => {
    const { token, consent, consentedAt } = grants.find((grant) => grant.id === id);
    const [platform, account] = id.split("/");
    return {
      id,
      platform,
      account,
      generation: consent,
      refreshToken: secret(token),
      consentedAt: new Date(consentedAt),
    };
  },
  probe: async () => undefined,
  save: async () => undefined,
};

const refreshers = new Map();
const planOf = ({ id, client }) => {
  const platform = id.split("/")[0];
  if (!refreshers.has(platform)) {
    refreshers.set(platform, withPlatform(youtube({ token_url: `${tokenUrl}/${platform}` }), platform));
  }
  const secrets = [secret(`client-secret-of-${platform}`)];
  return {
    id,
    refresher: refreshers.get(platform),
    client: { id: client, secrets },
    writeBack,
    writeBackName: "world",
    requiredScopes: ["upload"],
  };
};

const env = { TOKENWARD_IDENTITY_FILE: identityFile };
const state = localState({ folder: stateFolder, ephemeral: false, env });
const notifier = (name) => ({
  name,
  notifier: webhook({ url: secret(`${alertsUrl}/${name}`), format: "json", allow_private: true }),
});
const engine = createEngine({
  state,
  clock,
  env,
  notifiers: [notifier("chat"), notifier("pager")],
  alerts: {
    routes: { warn: ["chat"], page: ["chat", "pager"] },
    remindEvery: remindHours * 3_600_000,
    installation: "world",
    grants: grants.map(({ id }) => id),
  },
});
const { statuses } = await engine.refreshAll(grants.map((grant) => planOf(grant)));
await state.close();
process.stdout.write(
  JSON.stringify(
    statuses.map(({ platform, account, alert, severity, code }) => ({
      id: `${platform}/${account}`,
      alert,
      severity,
      code,
    })),
  ),
);
process.exit(0);
