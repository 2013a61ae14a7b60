import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");

it("runs as its README says", async () => {
  const built = path.join(root, "apps/cli/dist");
  if (!existsSync(built)) throw new Error(`${built} is missing: build first (npm test does, or: turbo run build)`);
  const { stdout } = await promisify(execFile)(process.execPath, ["two-weeks.mjs"], { cwd: import.meta.dirname });
  expect(stdout.match(/tiktok +rotated/g)).toHaveLength(2);
  expect(stdout.match(/The platform answered 200\./g)).toHaveLength(2);
  expect(stdout).toContain("2 rotations and 0 replays");
  expect(stdout).toContain("TIKTOK_REFRESH_TOKEN, TIKTOK_STATE, TIKTOK_ACCESS_TOKEN");
});
