import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");

it("runs as its README says", async () => {
  const built = path.join(root, "apps/cli/dist");
  if (!existsSync(built)) throw new Error(`${built} is missing: build first (npm test does, or: turbo run build)`);
  const { stdout } = await promisify(execFile)(process.execPath, ["quickstart.mjs"], { cwd: import.meta.dirname });
  expect(stdout).toContain("rotated");
  expect(stdout).toContain("2 rotations and 0 replays");
});
