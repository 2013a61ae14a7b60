import { accessSync, constants } from "node:fs";
import path from "node:path";
import type { Browser } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome"];

/** Where a real browser is on this machine. */
function browserPath(): string | undefined {
  for (const folder of (process.env["PATH"] ?? "").split(path.delimiter)) {
    for (const name of names) {
      const file = path.join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not here.
      }
    }
  }
  return undefined;
}

/** Why no page can be looked at here; `undefined`: one can. */
export function noBrowser(): string | undefined {
  return browserPath() === undefined
    ? "there is no chromium on this machine: scripts/install-counterparts.mjs installs it"
    : undefined;
}

/** Starts the browser, without a window. */
export async function startBrowser(): Promise<Browser> {
  const { chromium } = await import("playwright-core");
  // Chromium's own sandbox refuses to run as root; what is shown is our own page.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return await chromium.launch({ executablePath: browserPath() ?? "chromium", args });
}
