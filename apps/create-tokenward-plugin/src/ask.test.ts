import { PassThrough } from "node:stream";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, type Terminal } from "./ask.ts";
import type { PluginWish } from "./create-plugin.ts";
import type { Wishes } from "./command-line.ts";

const enter = "\r";
const down = "\u001B[B";
const escape = "\u001B";

/** Answers in turn: each is typed when the question that it belongs to has been asked. */
async function answered(wishes: Omit<Wishes, "yes">, answers: readonly (readonly [question: string, keys: string])[]) {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 });
  const waiting = [...answers];
  let shown = "";
  let typedAt = 0;
  output.on("data", (text: Buffer) => {
    shown += text.toString();
    const next = waiting[0];
    if (next === undefined || !shown.slice(typedAt).includes(next[0])) return;
    waiting.shift();
    typedAt = shown.length;
    setImmediate(() => input.write(next[1]));
  });
  const wish = await ask({ ...wishes, yes: false }, { input, output } as unknown as Terminal);
  return { wish, shown, unasked: waiting.map(([question]) => question) };
}

describe("on a terminal", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), "tokenward-asked-"));
    writeFileSync(path.join(folder, "mine.txt"), "mine");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("everything that is missing is asked for", async () => {
    const { wish, unasked } = await answered({}, [
      ["What kind", down + enter],
      ["configurations call it", `acme-crm${enter}`],
      ["which folder", enter],
    ]);
    const usual = `.${path.sep}tokenward-writeback-acme-crm`;
    expect(wish).toEqual<PluginWish>({ kind: "write-back", name: "acme-crm", folder: usual });
    expect(unasked).toEqual([]);
  });

  test("and nothing else", async () => {
    const { wish, shown } = await answered({ kind: "notifier", folder: "./here" }, [
      ["configurations call it", `acme${enter}`],
    ]);
    expect(wish).toEqual<PluginWish>({ kind: "notifier", name: "acme", folder: "./here" });
    expect(shown).not.toContain("What kind");
    expect(shown).not.toContain("which folder");
  });

  test("what cannot be is said at once, and asked for again", async () => {
    const { wish } = await answered({ kind: "refresher" }, [
      ["configurations call it", `tiktok${enter}`],
      ["Tokenward's own refresher", `-shop${enter}`],
      ["which folder", `${folder}${enter}`],
      ["is not empty", `/new${enter}`],
    ]);
    expect(wish).toEqual<PluginWish>({ kind: "refresher", name: "tiktok-shop", folder: `${folder}/new` });
  });

  test.each([
    ["kind", [["What kind", escape]]],
    [
      "name",
      [
        ["What kind", enter],
        ["configurations call it", escape],
      ],
    ],
    [
      "folder",
      [
        ["What kind", enter],
        ["configurations call it", `acme${enter}`],
        ["which folder", escape],
      ],
    ],
  ] as const)("who changes their mind at the %s gets nothing", async (_, answers) => {
    expect((await answered({}, answers)).wish).toBeUndefined();
  });
});
