import { chmodSync } from "node:fs";
import path from "node:path";
import { isSecret, redact, type Secret } from "@tokenward/core";
import { expect, test } from "vitest";
import { readDocument } from "./document.ts";
import { project } from "./test/project.ts";
import { beginReading } from "./reading.ts";
import { resolveReferences, type Resolved, type SecretRule } from "./references.ts";
import { asNobody } from "./test/as-nobody.ts";

interface Outcome {
  readonly value: Readonly<Record<string, unknown>>;
  readonly resolved: Resolved;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

function resolve(
  block: unknown,
  {
    env = {},
    folder = "/",
    ...rule
  }: Partial<SecretRule> & { readonly env?: Record<string, string>; readonly folder?: string } = {},
): Outcome {
  const reading = beginReading(readDocument(JSON.stringify({ platforms: { acme: block } })), folder, env);
  const resolved = resolveReferences(block, ["platforms", "acme"], { paths: ["key"], ...rule }, reading);
  const texts = (list: typeof reading.problems): readonly string[] =>
    list.map(({ path, message }) => `${path}: ${message}`);
  return {
    value: resolved.value as Outcome["value"],
    resolved,
    problems: texts(reading.problems),
    warnings: texts(reading.warnings),
  };
}

const reveal = (value: unknown): string => (isSecret(value) ? value.reveal() : "(not a secret)");

test("a variable may be a part of a text, and all of a secret", () => {
  const env = { HOST: "crm.example", KEY: "value-of-the-key" };
  const { value, problems } = resolve({ url: "https://${HOST}/${HOST}", key: "${KEY}", n: 1 }, { env });
  expect(problems).toEqual([]);
  expect(value).toMatchObject({ url: "https://crm.example/crm.example", n: 1 });
  expect(reveal(value["key"])).toBe("value-of-the-key");
  expect(redact("it is value-of-the-key")).toBe("it is [secret]");
});

test("what is resolved is not resolved again", () => {
  const env = { A: "${B}", B: "no" };
  expect(resolve({ url: "${A}" }, { env }).value["url"]).toBe("${B}");
});

test("`$${` is how a text says `${`", () => {
  expect(resolve({ url: "a $${B} c" }).value["url"]).toBe("a ${B} c");
});

test("a variable that is not set, or empty, is named", () => {
  const { problems, resolved } = resolve({ url: "${A}", key: "${B}" }, { env: { B: "" } });
  expect(problems).toEqual([
    "platforms.acme.url: The environment variable A is not set.",
    "platforms.acme.key: The environment variable B is empty.",
  ]);
  expect(resolved.incomplete).toBe(true);
  expect(resolved.isUnresolved(["platforms", "acme", "key", "deeper"])).toBe(true);
  expect(resolved.isUnresolved(["platforms", "acme"])).toBe(false);
});

test.each(["${}", "${a-b}", "${A", "${1A}", "${A:-b}"])("%s is not a reference", (text) => {
  expect(resolve({ url: text }, { env: { A: "x" } }).problems).toEqual([
    "platforms.acme.url: `${` begins a reference to an environment variable that is not one.",
  ]);
});

test.each([
  ["a text", "literal-secret"],
  ["a number", 1234567890],
  ["true", true],
  ["a reference with something around it", "Bearer ${A}"],
])("%s is no place for a secret, and is not shown", (_name, literal) => {
  const { problems, value } = resolve({ key: literal }, { env: { A: "x" } });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(/^platforms\.acme\.key: A secret/);
  expect(`${JSON.stringify(problems)} ${String(value["key"])}`).not.toContain(String(literal));
});

test("an address in the open is a warning where that was allowed, and is wrapped all the same", () => {
  const { problems, warnings, value } = resolve({ key: "https://hooks.example/T0" }, { literalAddressIsWarning: true });
  expect(problems).toEqual([]);
  expect(warnings).toHaveLength(1);
  expect(reveal(value["key"])).toBe("https://hooks.example/T0");
  expect(resolve({ key: "not-an-address" }, { literalAddressIsWarning: true }).problems).toHaveLength(1);
});

test("a secret may come from a file beside the configuration, without its last line break", () => {
  const folder = project({ "keys/a": "first line\nsecond line\r\n", "keys/b": "no-line-break", "keys/empty": "\n" });
  const from = (file: string): Outcome => resolve({ key: { file } }, { folder, env: { DIR: "keys" } });
  expect(reveal(from("keys/a").value["key"])).toBe("first line\nsecond line");
  expect(reveal(from("./${DIR}/b").value["key"])).toBe("no-line-break");
  expect(reveal(from(path.join(folder, "keys/b")).value["key"])).toBe("no-line-break");
  expect(from("keys/none").problems[0]).toContain(`${path.join(folder, "keys/none")} does not exist.`);
  expect(from("keys/empty").problems[0]).toContain("is empty.");
  expect(from("keys").problems[0]).toContain("is a folder.");
});

test.skipIf(process.platform === "win32")(
  "a file that this user may not read is a mistake (not on Windows: no modes there)",
  () => {
    const folder = project({ closed: "secret-in-a-closed-file" });
    chmodSync(folder, 0o755);
    chmodSync(path.join(folder, "closed"), 0o000);
    const { problems } = asNobody(() => resolve({ key: { file: "closed" } }, { folder }));
    expect(problems[0]).toContain("may not be read by this user.");
  },
);

test.each([{ file: "" }, { file: 1 }, { fiel: "a" }, { file: "a", more: "b" }, {}])(
  "%j is no reference to a file",
  (key) => {
    expect(resolve({ key }).problems).toEqual(["platforms.acme.key: This is not a reference to a secret."]);
  },
);

test("each item of a list of secrets is one, also deep inside", () => {
  const env = { A: "secret-a", B: "secret-b" };
  const block = { auth: [{ password: "${A}" }, { password: "${B}" }], key: ["${A}", "literal-in-a-list"] };
  const { value, problems } = resolve(block, { env, paths: ["auth.password", "key"] });
  const auth = value["auth"] as readonly { readonly password: Secret }[];
  expect(auth.map(({ password }) => reveal(password))).toEqual(["secret-a", "secret-b"]);
  expect(problems).toEqual(["platforms.acme.key[1]: A secret stands in the file itself."]);
});

test("a file is read for secrets only", () => {
  expect(resolve({ url: { file: "a" } }).value["url"]).toEqual({ file: "a" });
});
