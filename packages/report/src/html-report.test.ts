import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { RefreshReport } from "@tokenward/core";
import fc from "fast-check";
import type { Browser, Page } from "playwright-core";
import { noBrowser, startBrowser } from "tokenward-counterparts/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { htmlReport } from "./html-report.ts";
import { headlineOf } from "./headline.ts";
import { placeOf, ticks } from "./scale.ts";
import { everything, inHours, now, reportOf, statusOf, thousand } from "./test/reports.ts";

const page = (report: RefreshReport): string => htmlReport(report, { at: now, host: "runner-7" });

describe("the headline", () => {
  test("says what needs a human, and by when", () => {
    expect(headlineOf(everything, now)).toBe("4 grants need a human, first of all tiktok/brand-a now.");
    const linkedin = everything.statuses.filter(({ platform }) => platform === "linkedin");
    expect(headlineOf(reportOf(linkedin), now)).toBe("linkedin needs a human in 9 days at the latest.");
    for (const action of ["failed", "in-doubt"] as const)
      expect(headlineOf(reportOf(linkedin.map((status) => ({ ...status, action }))), now)).toBe(
        "linkedin needs a human now.",
      );
    expect(headlineOf(reportOf([statusOf({ platform: "youtube" })]), now)).toBe("Nothing needs a human.");
    expect(headlineOf(reportOf([]), now)).toBe("No grant was selected.");
    expect(headlineOf(reportOf([statusOf({ platform: "x" })], { notifiers: everything.notifiers }), now)).toBe(
      "All grants are fine; something around them needs a human.",
    );
  });
});

describe("the time line", () => {
  test("rises with time, and each mark stands where its label is", () => {
    fc.assert(
      fc.property(fc.nat(24 * 500), fc.nat(24 * 500), (one, other) => {
        const [low, high] = one < other ? [one, other] : [other, one];
        expect(placeOf(inHours(low), now)).toBeLessThanOrEqual(placeOf(inHours(high), now));
      }),
    );
    const places = ticks.map(({ span }) => placeOf(new Date(now.getTime() + span), now));
    expect(places).toEqual([0, 17, 33, 50, 67, 83, 100]);
    expect(placeOf(inHours(-5), now)).toBe(0);
    expect(placeOf(inHours(24 * 4000), now)).toBe(100);
  });
});

test("nothing that a platform says is markup, and nothing is asked for from elsewhere", () => {
  const hostile = `</style><script>alert(1)</script>"'><img src=https://evil.example/x onerror=alert(1)>\u202E\u0000`;
  const text = page(
    reportOf(
      [statusOf({ platform: hostile, account: hostile, detail: hostile, alert: true, code: hostile as never })],
      {
        notifiers: [{ notifier: hostile, delivered: 0, waiting: 0, alert: true, detail: hostile }],
      },
    ),
  );
  expect(text).not.toMatch(/<(script|img|link|iframe)/i);
  expect(text).not.toMatch(/\son\w+=(?!&)["']/);
  expect(text.match(/<style>/g)).toHaveLength(1);
  expect(text).not.toContain("\u202E");
});

test("a dry run says that it is one", () => {
  expect(page({ ...everything, dryRun: true })).toContain("read only: nothing was refreshed");
  expect(page(everything)).not.toContain("read only");
});

test("a thousand grants are a page of a size that can be mailed", () => {
  expect(Buffer.byteLength(page(thousand))).toBeLessThan(1_500_000);
});

const missing = noBrowser();
describe.skipIf(missing !== undefined)(`in chromium${missing === undefined ? "" : ` (skipped: ${missing})`}`, () => {
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    browser = await startBrowser();
    folder = await mkdtemp(path.join(tmpdir(), "tokenward-report-"));
  }, 60_000);
  afterAll(async () => await browser.close());

  interface Shown {
    readonly page: Page;
    /** What the page asked for, beside itself. */
    readonly asked: readonly string[];
    readonly complaints: readonly string[];
  }

  async function show(
    report: RefreshReport,
    width: number,
    colorScheme: "light" | "dark",
    script = true,
  ): Promise<Shown> {
    const file = path.join(folder, `report-${report.statuses.length}-${width}-${colorScheme}.html`);
    await writeFile(file, page(report));
    // A policy of the page's own would keep the checker's script out as well; what it forbids is looked at without it.
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme,
      javaScriptEnabled: script,
      bypassCSP: script,
    });
    const shown = await context.newPage();
    const asked: string[] = [];
    const complaints: string[] = [];
    shown.on("request", (request) => void asked.push(request.url()));
    shown.on("console", (message) => void complaints.push(message.text()));
    shown.on("pageerror", (error) => void complaints.push(error.message));
    await shown.goto(pathToFileURL(file).href);
    return { page: shown, asked: asked.filter((url) => !url.endsWith(".html")), complaints };
  }

  test.each([
    [360, "light"],
    [360, "dark"],
    [1280, "light"],
    [1280, "dark"],
  ] as const)(
    "at %d pixels, %s: accessible, nothing beyond the edge, nothing from elsewhere",
    async (width, scheme) => {
      for (const report of [everything, reportOf([statusOf({ platform: "youtube" })]), reportOf([])]) {
        const shown = await show(report, width, scheme);
        const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
        await shown.page.evaluate(axe);
        const violations = await shown.page.evaluate<string[]>(
          "axe.run().then((found) => found.violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))",
        );
        expect(violations).toEqual([]);
        expect(await shown.page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
        expect([...shown.asked, ...shown.complaints]).toEqual([]);
        const folderOfScreens = process.env["TOKENWARD_SCREENS"];
        if (folderOfScreens !== undefined && report === everything)
          await shown.page.screenshot({
            path: path.join(folderOfScreens, `report-${width}-${scheme}.png`),
            fullPage: true,
          });
        await shown.page.context().close();
      }
    },
  );

  test("without scripts, and under its own policy, it looks as it should", async () => {
    const shown = await show(everything, 1280, "light", false);
    expect(shown.complaints).toEqual([]);
    const box = await shown.page.locator(".grant").first().boundingBox();
    expect(box?.width).toBeGreaterThan(600);
    const names = await shown.page.locator(".grant h3").allTextContents();
    for (const name of ["tiktok/brand-a", "linkedin", "podium/campers-of-<the>-north & south"])
      expect(names.some((text) => text.startsWith(name))).toBe(true);
    // The worst first.
    expect(names.find((text) => text.includes("/"))).toMatch(/^tiktok\/brand-a/);
    await shown.page.context().close();
  });

  test("of a thousand grants, those that need a human are open, and the others unfold", async () => {
    const shown = await show(thousand, 360, "dark", false);
    expect(await shown.page.locator("main > .grants .grant").count()).toBe(7);
    expect(await shown.page.locator("details").count()).toBe(5);
    await shown.page.locator("summary").first().click();
    expect(await shown.page.locator("details[open] .grant").first().isVisible()).toBe(true);
    const folderOfScreens = process.env["TOKENWARD_SCREENS"];
    if (folderOfScreens !== undefined)
      await shown.page.screenshot({ path: path.join(folderOfScreens, "report-thousand.png") });
    await shown.page.context().close();
  });
});
