import path from "node:path";
import { presetPlatforms } from "@tokenward/sandbox";
import { describe, expect, test } from "vitest";
import { liveVariable, refreshLive, type LiveRun } from "./harness/live.ts";
import { setScene } from "./harness/scene.ts";

const platforms = [
  "instagram",
  "youtube",
  "tiktok",
  "linkedin",
  "podium",
  ...presetPlatforms().map(({ name }) => name),
];

/**
 * Real exchanges on real platforms, with the grants of whoever runs this. The variable is the path of a configuration
 * that is in use and names the platform by its own name: what rotates is saved where that one says, never lost.
 */
describe("live, with a configuration of one's own", () => {
  test.for(platforms)("%s", async (platform, context) => {
    const variable = liveVariable(platform);
    const file = process.env[variable] ?? "";
    context.skip(file === "", `set ${variable} to the path of a configuration that holds a grant of ${platform}`);
    // Theirs, CI included: it decides what is refused, and a test must not be more daring than they are.
    expectAlive(await refreshLive(platform, path.resolve(file), { ...process.env, CI: process.env["CI"] }), platform);
  });

  test("a live test does what it says (with the sandbox in a platform's place)", async () => {
    const scene = await setScene([{ platform: "tiktok" }]);
    try {
      const { configFile, env } = scene.workspace;
      const alive = await refreshLive("tiktok", configFile, env);
      expectAlive(alive, "tiktok");
      expect(alive.document.statuses).toMatchObject([{ action: "rotated" }]);

      await scene.sandbox.control.revoke(scene.grant().consent.grantId);
      const dead = await refreshLive("tiktok", configFile, env);
      expect(() => expectAlive(dead, "tiktok")).toThrow("ERR_AUTH_REAUTH_REQUIRED");
    } finally {
      await scene.close();
    }
  });
});

function expectAlive({ code, document }: LiveRun, platform: string): void {
  expect(document.dry_run).toBe(false);
  expect(document.statuses.length).toBeGreaterThan(0);
  for (const { platform: named, account, action, code: problem, detail } of document.statuses) {
    const name = account === null ? named : `${named}/${account}`;
    expect(named).toBe(platform);
    expect(problem, `${name}: ${String(problem)}: ${detail}`).toBeNull();
    expect(["rotated", "refreshed", "healthy", "skipped"], `${name}: ${detail}`).toContain(action);
  }
  expect(code).toBe(0);
}
