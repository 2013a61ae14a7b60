import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { listGrants } from "./grant-list.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "tokenward-list-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(text: string, name = "tokenward.config.yaml"): void {
  writeFileSync(path.join(folder, name), text);
}

test("names every grant, without looking at a secret or a plugin", () => {
  write(`platforms:
  tiktok: { client_secret: "\${NOT_SET}", accounts: { brand-a: {}, brand-b: { enabled: false } } }
  nobody-knows-this: { enabled: false }
  youtube:
`);
  expect(listGrants({ folder })).toEqual([
    { id: "tiktok/brand-a", enabled: true },
    { id: "tiktok/brand-b", enabled: false },
    { id: "nobody-knows-this", enabled: false },
    { id: "youtube", enabled: true },
  ]);
});

test.each(["platforms: { youtube: {}, tik", "platforms: 7", "", "[", "platforms: { 'No Name': {} }"])(
  "%j is no reason to fail",
  (text) => {
    write(text);
    expect(Array.isArray(listGrants({ folder }))).toBe(true);
  },
);

test("a program is not run", () => {
  write('throw new Error("it ran")', "tokenward.config.mjs");
  expect(listGrants({ folder })).toEqual([]);
});

test("no file, no grants", () => {
  expect(listGrants({ folder, path: "nowhere.yaml" })).toEqual([]);
});
