import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { errorCatalogue } from "@tokenward/core";
import { expect, it } from "vitest";

const bin = fileURLToPath(new URL("../../bin/tokenward.js", import.meta.url));
const candidates = ["/usr/bin/node", "/usr/local/bin/node"];
const old = candidates.map(describe).find((found) => found !== undefined && Number(found.version.split(".")[0]) < 22);
const reason = old === undefined ? ` (skipped: none of ${candidates.join(", ")} is a Node below 22)` : "";

function describe(node: string): { node: string; version: string } | undefined {
  if (!existsSync(node)) return undefined;
  const { stdout, status } = spawnSync(node, ["-p", "process.versions.node"], { encoding: "utf8" });
  return status === 0 ? { node, version: stdout.trim() } : undefined;
}

it.skipIf(old === undefined)(`refuses an old Node in one sentence${reason}`, () => {
  const { node, version } = old as { node: string; version: string };
  const { what, fix } = errorCatalogue.ERR_CONFIG_NODE;
  const message = what.replace("{found}", version);
  for (const args of [[], ["auth", "refresh", "all"], ["--version"]]) {
    const refused = spawnSync(node, [bin, ...args], { encoding: "utf8" });
    expect(refused).toMatchObject({ status: 2, stdout: "", stderr: `${message} ${fix}\n` });
  }
  const refused = spawnSync(node, [bin, "auth", "status", "--json"], { encoding: "utf8" });
  expect(JSON.parse(refused.stdout)).toEqual({ error: { code: "ERR_CONFIG_NODE", message, fix } });
});
