import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");

it("runs as its README says", async () => {
  const built = path.join(root, "apps/cli/dist");
  if (!existsSync(built)) throw new Error(`${built} is missing: build first (npm test does, or: turbo run build)`);
  const { stdout } = await promisify(execFile)(process.execPath, ["typed-config.mjs"], { cwd: import.meta.dirname });
  expect(stdout).toMatch(/LinkedIn token expires in \d+ days — run `tokenward auth linkedin`/);
  expect(stdout).toContain("4 grants: 1 reauth-required, 3 rotated. Needs attention: linkedin.");
});
