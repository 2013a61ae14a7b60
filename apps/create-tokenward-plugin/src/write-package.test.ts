import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createPlugin } from "./create-plugin.ts";
import { CreationError } from "./creation-error.ts";
import { writePackage } from "./write-package.ts";

let base: string;
beforeEach(() => {
  base = mkdtempSync(path.join(tmpdir(), "tokenward-written-"));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const files = new Map([
  ["README.md", "# acme\n"],
  ["src/index.ts", "export {};\n"],
]);

describe("a package", () => {
  test("is written into a folder that does not exist, with all that leads there", () => {
    writePackage(path.join(base, "plugins", "acme"), files);
    expect(everything()).toEqual(["plugins/acme/README.md", "plugins/acme/src/index.ts"]);
  });

  test("is written into an empty folder, and beside a repository that is waiting for it", () => {
    mkdirSync(path.join(base, "acme", ".git"), { recursive: true });
    writeFileSync(path.join(base, "acme", ".git", "HEAD"), "ref: refs/heads/main\n");
    writePackage(path.join(base, "acme"), files);
    expect(everything()).toEqual(["acme/.git/HEAD", "acme/README.md", "acme/src/index.ts"]);
  });

  test("touches nothing where something lies", () => {
    writeFileSync(path.join(base, "notes.txt"), "mine");
    expect(() => writePackage(base, files)).toThrow(/is not empty \(it holds notes\.txt\)/);
    expect(() => writePackage(path.join(base, "notes.txt"), files)).toThrow(/is a file/);
    expect(everything()).toEqual(["notes.txt"]);
    expect(readFileSync(path.join(base, "notes.txt"), "utf8")).toBe("mine");
  });

  // A file in the way of a folder fails for every user on every system, half-way through.
  test.each([
    ["a new folder", "acme"],
    ["an empty folder", "."],
  ])("that fails half-way leaves nothing behind in %s", (_, folder) => {
    const broken = new Map([...files, ["src", "a file where a folder is"]]);
    expect(() => writePackage(path.join(base, folder), broken)).toThrow(CreationError);
    expect(readdirSync(base)).toEqual([]);
  });

  test("cannot be below a file", () => {
    writeFileSync(path.join(base, "notes.txt"), "mine");
    const below = path.join(base, "notes.txt", "acme");
    expect(() => writePackage(below, files)).toThrow(/^The package could not be written to .+: .+\.$/);
    expect(everything()).toEqual(["notes.txt"]);
  });
});

test("a plugin is created by one call", () => {
  const folder = path.join(base, "mine");
  const created = createPlugin({ name: "acme", kind: "notifier", folder });
  expect(created).toMatchObject({ packageName: "tokenward-notifier-acme", folder });
  expect(created.files.map((file) => `mine/${file}`).toSorted()).toEqual(everything());
  expect(() => createPlugin({ name: "Acme", kind: "notifier", folder: path.join(base, "other") })).toThrow(
    CreationError,
  );
  expect(readdirSync(base)).toEqual(["mine"]);
});

function everything(): string[] {
  return readdirSync(base, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(base, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"))
    .toSorted();
}
