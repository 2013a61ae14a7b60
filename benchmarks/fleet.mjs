// How many grants of one platform can be refreshed per second, durably (journal, save, fsync), beside the same number
// of bare requests in the same run. Usage, after a build: node benchmarks/fleet.mjs [grants] (default 1000)
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createEngine, secret, withTraits } from "@tokenward/core";
import oauth2 from "@tokenward/refresher-oauth2";
import { createSandbox } from "@tokenward/sandbox";
import { localState } from "@tokenward/state-local";
import local from "@tokenward/writeback-local";
import { Agent, request } from "undici";

if (process.send !== undefined) await servePlatform();
else await measure(Number(process.argv[2] ?? 1000));

// The platform has a process of its own, so that its work is not counted as ours.
async function servePlatform() {
  const sandbox = await createSandbox();
  const consent = async (count) => {
    process.send({ consents: await sandbox.control.consentMany("oauth2", count), replays: 0 });
  };
  process.on("message", (count) => void consent(count));
  process.on("disconnect", () => process.exit());
  process.send({ url: sandbox.url });
}

async function measure(grants) {
  const folder = await mkdtemp(path.join(os.tmpdir(), "tokenward-fleet-"));
  const platform = fork(new URL(import.meta.url).pathname);
  const env = { TOKENWARD_IDENTITY_FILE: path.join(folder, "identity.txt") };
  process.env.TOKENWARD_IDENTITY_FILE = env.TOKENWARD_IDENTITY_FILE;
  delete process.env.CI;
  try {
    const [{ url }] = await once(platform, "message");
    platform.send(grants * 2);
    const [{ consents }] = await once(platform, "message");
    const ours = consents.slice(0, grants);
    const bare = consents.slice(grants);

    const state = localState({ folder: path.join(folder, "state"), env });
    const writeBack = local({ store: "file", path: path.join(folder, "grants"), outlives_run: true });
    const refresher = withTraits(oauth2({ token_url: ours[0].tokenUrl }), { rotation: "always", reuse: "strict" });
    const plans = ours.map((consent, index) => ({
      id: `fleet/g${index}`,
      refresher,
      client: { id: consent.clientId, secrets: [secret(consent.clientSecret)] },
      writeBack,
      writeBackName: "local",
    }));
    const engine = createEngine({ state, env });
    const importing = performance.now();
    for (const [index, plan] of plans.entries()) {
      await engine.importGrant(plan, { refreshToken: secret(ours[index].refreshToken) });
    }
    const imported = performance.now() - importing;

    const before = process.memoryUsage().rss;
    const started = performance.now();
    const cpuStart = process.cpuUsage();
    const report = await engine.refreshAll(plans);
    const seconds = (performance.now() - started) / 1000;
    const cpu = process.cpuUsage(cpuStart);
    const rotated = report.statuses.filter(({ action }) => action === "rotated").length;

    const bareSeconds = await bareRequests(bare, `${url}/oauth2/token`, ours[0].tokenUrl);
    await state.close();
    console.log(
      JSON.stringify(
        {
          grants,
          rotated,
          seconds: round(seconds),
          refreshesPerSecond: Math.round(grants / seconds),
          cpuSeconds: round((cpu.user + cpu.system) / 1e6),
          bareRequestsPerSecond: Math.round(grants / bareSeconds),
          importsPerSecond: Math.round(grants / (imported / 1000)),
          rssGrowthMiB: Math.round((process.memoryUsage().rss - before) / 2 ** 20),
        },
        undefined,
        2,
      ),
    );
  } finally {
    platform.disconnect();
    await rm(folder, { recursive: true, force: true });
  }
}

// The same exchanges without lease, journal or save: what the platform and the network cost anyway.
async function bareRequests(consents, _, tokenUrl) {
  const dispatcher = new Agent({ pipelining: 0 });
  const queue = consents.values();
  const started = performance.now();
  const worker = async () => {
    for (const consent of queue) {
      const body = new URLSearchParams({
        grant_type: "refresh_token",
        refresh_token: consent.refreshToken,
        client_id: consent.clientId,
        client_secret: consent.clientSecret,
      }).toString();
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      const answer = await request(tokenUrl, { method: "POST", headers, body, dispatcher });
      await answer.body.json();
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  await dispatcher.close();
  return (performance.now() - started) / 1000;
}

function round(value) {
  return Math.round(value * 100) / 100;
}
