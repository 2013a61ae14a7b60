import { readFileSync } from "node:fs";

/** The version of this CLI and of the plugins that it brings along. */
export function version(): string {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
