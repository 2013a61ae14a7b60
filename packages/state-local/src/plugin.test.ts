import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import local, { localState } from "./index.ts";
import { temporaryFolder, type TemporaryFolder } from "./test/temporary-folder.ts";

let folder: TemporaryFolder;
beforeEach(() => (folder = temporaryFolder()));
afterEach(() => folder.remove());

it("is ephemeral where CI is set, unless told", () => {
  const ephemeral = (env: Record<string, string>, told?: boolean): boolean =>
    localState({ folder: folder.path, env, ephemeral: told }).traits.ephemeral;
  expect(ephemeral({})).toBe(false);
  expect(ephemeral({ CI: "" })).toBe(false);
  expect(ephemeral({ CI: "0" })).toBe(false);
  expect(ephemeral({ CI: "False" })).toBe(false);
  expect(ephemeral({ CI: "true" })).toBe(true);
  expect(ephemeral({ CI: "woodpecker" })).toBe(true);
  expect(ephemeral({ CI: "true" }, false)).toBe(false);
  expect(ephemeral({}, true)).toBe(true);
});

it("lives where it is told, else in the folder of TOKENWARD_STATE_DIR, else in the platform's", async () => {
  const context = {
    folder: folder.path,
    env: { TOKENWARD_STATE_DIR: join(folder.path, "b"), HOME: join(folder.path, "c") },
  };
  const states = [
    local.create({ folder: "a" }, context),
    local.create({}, context),
    local.create({}, { ...context, env: { HOME: join(folder.path, "c"), XDG_STATE_HOME: join(folder.path, "d") } }),
  ];
  for (const state of states) {
    await state.facts.set("here", true);
    await state.close();
  }
  const names = [...folder.contents().keys()].map((stamp) => stamp.split(" ")[0]);
  expect(names).toEqual(expect.arrayContaining(["a/state.db", "b/state.db"]));
  if (process.platform === "linux") expect(names).toContain("d/tokenward/state.db");
});

it("is for its user's eyes only", async () => {
  const state = localState({ folder: join(folder.path, "state"), env: {} });
  await state.facts.set("here", true);
  await state.close();
  if (process.platform === "win32") return;
  const modes = new Map([...folder.contents().keys()].map((stamp) => stamp.split(" ").slice(0, 2) as [string, string]));
  expect(Number(modes.get("state")) & 0o777).toBe(0o700);
  expect(Number(modes.get("state/state.db")) & 0o777).toBe(0o600);
});

it("refuses options that it does not know", () => {
  expect(() => local({ folder: 7 } as never)).toThrow(expect.objectContaining({ code: "ERR_CONFIG_OPTIONS" }) as Error);
  expect(() => local({ foldre: "x" } as never)).toThrow("foldre");
});
