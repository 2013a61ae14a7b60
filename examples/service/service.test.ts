import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { createSandbox } from "@tokenward/sandbox";
import { expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");

it("keeps its grant alive over a restart, and stops when told to", async () => {
  const built = path.join(root, "packages/core/dist/index.js");
  if (!existsSync(built)) throw new Error(`${built} is missing: build first (npm test does, or: turbo run build)`);
  const folder = await mkdtemp(path.join(tmpdir(), "tokenward-service-"));
  await using sandbox = await createSandbox();
  const consent = await sandbox.control.consent("tiktok");
  const env = {
    PATH: process.env["PATH"],
    HOME: folder,
    TOKENWARD_STATE_DIR: path.join(folder, "state"),
    TOKENWARD_IDENTITY_FILE: path.join(folder, "identity.txt"),
    GRANTS_FOLDER: path.join(folder, "grants"),
    TIKTOK_TOKEN_URL: consent.tokenUrl,
    TIKTOK_CLIENT_KEY: consent.clientId,
    TIKTOK_CLIENT_SECRET: consent.clientSecret,
    TIKTOK_REFRESH_TOKEN: consent.refreshToken,
  };
  try {
    expect(await firstLineOfRun(env)).toContain("tiktok rotated");
    // Restarted with the spent token still in its environment: the stored one wins.
    expect(await firstLineOfRun(env)).toContain("tiktok rotated");
    const { rotations, replays } = await sandbox.control.ledger();
    expect({ rotations, replays }).toEqual({ rotations: 2, replays: 0 });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** Starts the service, reads what it says about its first refresh, and stops it. */
async function firstLineOfRun(env: NodeJS.ProcessEnv): Promise<string> {
  const service = spawn(process.execPath, ["main.ts"], { cwd: import.meta.dirname, env });
  let complaints = "";
  service.stderr.setEncoding("utf8").on("data", (text: string) => (complaints += text));
  const ended = once(service, "exit");
  const lines = createInterface(service.stdout);
  const line = await Promise.race([once(lines, "line"), once(lines, "close")]);
  service.kill("SIGTERM");
  const [code] = (await ended) as [number | null];
  expect(code, complaints).toBe(0);
  return String(line[0]);
}
