import { chmodSync, mkdirSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { findConfig } from "./find-config.ts";
import { asNobody } from "./test/as-nobody.ts";
import { project } from "./test/project.ts";

test("takes the nearest one upward", () => {
  const folder = project({ "tokenward.config.yaml": "top: 1", "a/tokenward.config.json": "{}", "a/b/c/x": "" });
  expect(findConfig(undefined, path.join(folder, "a/b/c")).path).toBe(path.join(folder, "a/tokenward.config.json"));
  expect(findConfig(undefined, folder)).toEqual({
    path: path.join(folder, "tokenward.config.yaml"),
    text: "top: 1",
    ignored: [],
  });
});

test("does not leave the repository", () => {
  const folder = project({ "tokenward.config.yaml": "outside: 1", "repository/src/x": "" });
  mkdirSync(path.join(folder, "repository/.git"));
  expect(() => findConfig(undefined, path.join(folder, "repository/src"))).toThrow(
    expect.objectContaining({ code: "ERR_CONFIG_NOT_FOUND", message: expect.stringContaining("repository/src") }),
  );
});

test("prefers YAML, and says what it leaves aside", () => {
  const folder = project({ "tokenward.config.json": "{}", "tokenward.config.yml": "", "tokenward.config.yaml": "" });
  expect(findConfig(undefined, folder)).toMatchObject({
    path: path.join(folder, "tokenward.config.yaml"),
    ignored: [path.join(folder, "tokenward.config.yml"), path.join(folder, "tokenward.config.json")],
  });
});

test("reads a named file from the given folder", () => {
  const folder = project({ "conf/mine.yaml": "\uFEFFa: 1" });
  expect(findConfig("conf/mine.yaml", folder)).toMatchObject({
    path: path.join(folder, "conf/mine.yaml"),
    text: "a: 1",
  });
});

test.each([
  ["none.yaml", "it does not exist"],
  ["folder", "it is a folder"],
  ["code.cts", "a program must be an ES module, and .cts is CommonJS"],
])("%s: %s", (name, reason) => {
  const folder = project({ "folder/x": "", "code.cts": "" });
  expect(() => findConfig(name, folder)).toThrow(
    expect.objectContaining({ code: "ERR_CONFIG_UNREADABLE", message: expect.stringContaining(reason) }),
  );
});

test.skipIf(process.platform === "win32")(
  "says that this user may not read it (not on Windows: no modes there)",
  () => {
    const folder = project({ "tokenward.config.yaml": "" });
    chmodSync(folder, 0o755);
    chmodSync(path.join(folder, "tokenward.config.yaml"), 0o000);
    expect(() => asNobody(() => findConfig(undefined, folder))).toThrow(/this user may not read it/);
  },
);
