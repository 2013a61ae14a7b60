import { chmodSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { readEnvironmentFile } from "./environment-file.ts";
import { asNobody } from "./test/as-nobody.ts";
import { project } from "./test/project.ts";

it("adds what is not set; what is set wins, also where it is set to nothing", () => {
  const text = `# a comment
PLAIN=one
QUOTED="two words" # and a comment
export EXPORTED='$literal'
SET=from the file
EMPTY=from the file
LINES="first
second"
`;
  const folder = project({ ".env": text });
  const env = { SET: "from outside", EMPTY: "", GONE: undefined };
  expect(readEnvironmentFile(path.join(folder, ".env"), env)).toEqual({
    PLAIN: "one",
    QUOTED: "two words",
    EXPORTED: "$literal",
    SET: "from outside",
    EMPTY: "",
    LINES: "first\nsecond",
  });
});

it.each([
  ["none", "it does not exist"],
  ["folder", "it is a folder"],
  ["binary", "it is not UTF-8 text"],
])("says of %s: %s", (name, reason) => {
  const file = path.join(project({ "folder/x": "", binary: "" }), name);
  if (name === "binary") writeFileSync(file, Buffer.from([0xff, 0xfe, 0x41]));
  expect(() => readEnvironmentFile(file, {})).toThrow(
    expect.objectContaining({
      code: "ERR_CONFIG_ENV_FILE",
      message: `The environment file ${file} cannot be read: ${reason}.`,
    }),
  );
});

it.skipIf(process.platform === "win32")("says that this user may not read it (not on Windows: no modes there)", () => {
  const file = path.join(project({ ".env": "A=b" }), ".env");
  chmodSync(file, 0);
  chmodSync(path.dirname(file), 0o755);
  expect(() => asNobody(() => readEnvironmentFile(file, {}))).toThrow("this user may not read it");
});
