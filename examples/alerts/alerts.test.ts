import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");

it("runs as its README says: each thing is told once, and when it is over", async () => {
  const built = path.join(root, "apps/cli/dist");
  if (!existsSync(built)) throw new Error(`${built} is missing: build first (npm test does, or: turbo run build)`);
  const { stdout } = await promisify(execFile)(process.execPath, ["week.mjs"], { cwd: import.meta.dirname });
  const told = stdout.split("\n").filter((line) => line.includes("#ops"));
  expect(told).toEqual([
    "  #ops  [warn] 3 YouTube grants could not be refreshed — run `tokenward auth refresh youtube`",
    "  #ops  [critical] TikTok needs a new consent — run `tokenward auth tiktok`",
    "  #ops  [warn] Over: 3 YouTube grants could not be refreshed",
    "  #ops  [critical] Over: TikTok needs a new consent",
  ]);
  expect(stdout).toContain("No alert is open.");
});
