// A service that keeps its grants alive by itself: engine, state, write-back and refresher, put together in code.
import { setInterval as every } from "node:timers/promises";
import { createEngine, secret, type GrantPlan } from "@tokenward/core";
import tiktok from "@tokenward/refresher-tiktok";
import { localState } from "@tokenward/state-local";
import local from "@tokenward/writeback-local";

const { env } = process;
const minutes = Number(env["REFRESH_EVERY_MINUTES"] ?? "15");

const plans: readonly GrantPlan[] = [
  {
    id: "tiktok",
    refresher: tiktok({ token_url: env["TIKTOK_TOKEN_URL"] }),
    client: { id: env["TIKTOK_CLIENT_KEY"] ?? "", secrets: [secret(env["TIKTOK_CLIENT_SECRET"] ?? "")] },
    // The first token comes from TIKTOK_REFRESH_TOKEN; once one is stored, the stored one wins.
    writeBack: local({ store: "file", path: env["GRANTS_FOLDER"] }),
    writeBackName: "local",
  },
];

// The first signal ends the waiting; what was sent by then is finished and saved.
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());

const remembered = localState();
const engine = createEngine({
  state: remembered,
  signal: stop.signal,
  note: (line) => process.stderr.write(`${line}\n`),
});
try {
  await refresh();
  for await (const _ of every(minutes * 60_000, undefined, { signal: stop.signal })) await refresh();
} catch (error) {
  if (!stop.signal.aborted) throw error;
} finally {
  await remembered.close();
}

async function refresh(): Promise<void> {
  const { statuses } = await engine.refreshAll(plans);
  for (const { platform, action, code, detail } of statuses) {
    process.stdout.write(`${[platform, action, code].filter((part) => part !== undefined).join(" ")}: ${detail}\n`);
  }
}
