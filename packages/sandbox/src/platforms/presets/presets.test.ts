import { expect, test } from "vitest";
import { createSandbox } from "../../create.ts";
import { exchange } from "../../exchange.fixture.ts";
import { presetPlatform, presetPlatforms } from "./presets.ts";

test("all of them live in one sandbox, and none on board of a plain one", async () => {
  await using sandbox = await createSandbox({ platforms: presetPlatforms() });
  const names = presetPlatforms().map(({ name }) => name);
  expect(names).toHaveLength(15);
  for (const name of names) expect(sandbox.tokenUrl(name)).toBe(`${sandbox.url}/${name}/token`);
  await using plain = await createSandbox();
  expect(plain.platforms.filter(({ name }) => names.includes(name))).toEqual([]);
});

test("one by name; another name is answered with those that there are", () => {
  expect(presetPlatform("xero").refresherOptions).toEqual({ preset: "xero" });
  expect(() => presetPlatform("xeroo")).toThrow(/no preset is named "xeroo"; there are .*xero, zoom/);
});

test("a previous token is forgiven until its successor is used, and no longer than its grace", async () => {
  await using sandbox = await createSandbox({
    platforms: [presetPlatform("shopify")],
    clock: { start: new Date("2026-11-22T00:00:00Z"), frozen: true },
  });
  const used = await sandbox.control.consent("shopify");
  const first = await exchange(used);
  expect((await exchange(used)).body["refresh_token"]).toBe(first.body["refresh_token"]);
  await exchange(used, String(first.body["refresh_token"]));
  expect((await exchange(used)).body["error"]).toBe("invalid_grant");

  const late = await sandbox.control.consent("shopify");
  await exchange(late);
  await sandbox.control.advance(2_592_000);
  expect((await exchange(late)).status).toBe(200);
  await sandbox.control.advance(1);
  expect((await exchange(late)).body["error"]).toBe("invalid_grant");
});
