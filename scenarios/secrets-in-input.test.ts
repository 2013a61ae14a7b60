import { hash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Finished } from "./harness/cli.ts";
import { createSecretMachine, type SecretMachine } from "./harness/secret-machine.ts";

const full = process.env["TOKENWARD_SCALE"] === "full" || process.env["TOKENWARD_SCALE"] === "soak";

let turn = 0;

/** Everything in the full form; in the small one every case takes its turn with another one of them. */
function inTurn<T>(all: readonly T[]): readonly T[] {
  return full ? all : [all[turn++ % all.length] as T];
}

/** Secrets where they do not belong: a mistake is named, and what was mistaken for something else is not repeated. */
describe("secrets that a human puts into the wrong place", () => {
  let machine: SecretMachine;
  let configuration: string;
  // The same in every run: how random a text looks is judged, too.
  const token = `rt-${hash("sha512", "misplaced", "base64url").slice(0, 40)}+/%"~=`;
  const plain = `rt-${token.replaceAll(/[^A-Za-z0-9]/g, "")}`;

  beforeAll(async () => {
    machine = await createSecretMachine({ tiktok: 1, youtube: 1, crm: 2, query: 1 });
    machine.sentinels.add("misplaced token", token);
    machine.sentinels.add("plain misplaced token", plain);
    configuration = await readFile(machine.workspace.configFile, "utf8");
  });
  afterEach(async () => await machine.workspace.configure(configuration));
  afterAll(async () => await machine.dispose());

  const expectQuiet = ({ code }: Finished, expected: number): void => {
    expect(machine.watch.takeLeaks()).toEqual([]);
    expect(code).toBe(expected);
  };

  it.each<[string, (token: string) => string]>([
    ["no JSON at all", (token) => token],
    ["JSON that breaks off", (token) => `{"refresh_token":"${token}`],
    ["JSON with single quotes", (token) => `{'refresh_token': '${token}'}`],
    ["a list", (token) => JSON.stringify([token])],
    ["a text", (token) => JSON.stringify(token)],
    ["a key that is spelled differently", (token) => JSON.stringify({ refreshToken: token })],
    ["the token as a key", (token) => JSON.stringify({ [token]: "refresh_token" })],
    ["the token in an object", (token) => JSON.stringify({ refresh_token: { value: token } })],
    ["a line break behind the token", (token) => JSON.stringify({ refresh_token: `${token}\n` })],
    ["the token where a time belongs", (token) => JSON.stringify({ refresh_token: "x", rotated_at: token })],
    ["the token where a lifetime belongs", (token) => JSON.stringify({ refresh_token: "x", expires_in: token })],
    ["the token where scopes belong", (token) => JSON.stringify({ refresh_token: "", scope: { token } })],
    ["the lines of an .env file", (token) => `REFRESH_TOKEN=${token}\n`],
    ["UTF-16", (token) => Buffer.from(`{"refresh_token":"${token}"}`, "utf16le").toString("latin1")],
  ])("import of %s", async (_, input) => {
    for (const [secret, more] of inTurn([
      [token, []],
      [plain, ["--json"]],
    ] as const)) {
      const finished = await machine.run(["auth", "import", "crm/a1", ...more], { input: input(secret) });
      expectQuiet(finished, 2);
      expect(finished.stdout + finished.stderr).toContain("ERR_AUTH_IMPORT_INVALID");
    }
  });

  it.each<[string, (token: string) => readonly string[]]>([
    ["an unknown option with a value", (token) => ["auth", "refresh", "all", `--refresh-token=${token}`]],
    ["an unknown option before a value", (token) => ["auth", "refresh", "all", "--refresh-token", token]],
    ["an argument too many", (token) => ["auth", "import", "crm/a1", token]],
    ["the token in the place of a grant", (token) => ["auth", "refresh", token]],
    ["the token in the place of a grant to connect", (token) => ["auth", token]],
    ["the token in the place of a grant to import", (token) => ["auth", "import", token]],
    ["the token in the place of a command", (token) => [token]],
    ["the token in the place of an auth command's option", (token) => ["auth", "crm/a1", `--token=${token}`]],
    ["the token in the place of a port", (token) => ["sandbox", "--port", token]],
    ["the token in the place of a configuration", (token) => ["auth", "status", "--config", token]],
  ])("%s", async (_, args) => {
    for (const secret of [token, plain]) {
      for (const more of inTurn([[], ["--json"]])) {
        expectQuiet(await machine.run([...args(secret), ...more], { ownArguments: true }), 2);
      }
    }
  });

  it.each<[string, (token: string) => string]>([
    ["a literal client secret", (token) => yaml(`client_secret: "${token}"`)],
    ["a literal client secret without quotes", () => yaml(`client_secret: ${plain}`)],
    ["a literal client secret in a list", (token) => yaml(`client_secrets: ["${token}"]`)],
    ["a token under a key that nobody knows", (token) => yaml(`refresh_token: "${token}"`)],
    ["a token in an address", (token) => yaml(`token_url: "https://crm.example/token?key=${token}"`)],
    ["a password in an address", () => yaml(`token_url: "https://user:${plain}@crm.example/token"`)],
    ["a token where a number belongs", (token) => yaml(`refresh_at: "${token}"`)],
    ["a token where a list belongs", (token) => yaml(`required_scopes: "${token}"`)],
    ["a token as the name of a variable", () => yaml(`client_secret: "\${${plain}}"`)],
    ["a token inside a reference", (token) => yaml(`client_secret: "\${SECRET}${token}"`)],
    ["a syntax error beside a secret", (token) => `platforms:\n  crm: { client_secret: "${token}\n`],
    ["bad indentation beside a secret", (token) => `platforms:\n  crm:\n    a: 1\n   client_secret: "${token}"\n`],
    ["a tab beside a secret", (token) => `platforms:\n\tcrm: { client_secret: "${token}" }\n`],
    ["an unknown tag on a secret", (token) => yaml(`client_secret: !vault "${token}"`)],
    ["a secret twice", (token) => yaml(`client_secret: "${token}"\n    client_secret: "${token}"`)],
    [
      "a literal address of a webhook beside a typo",
      () =>
        `auth: { alerts: { backend: webhook, webhook: { url: "https://hooks.example/${plain}", formt: slack } } }\nplatforms: {}\n`,
    ],
  ])("%s in the configuration", async (_, text) => {
    await machine.workspace.configure(text(token.replaceAll('"', "")));
    for (const args of inTurn([
      ["config", "check"],
      ["config", "check", "--json"],
      ["auth", "refresh"],
    ])) {
      expectQuiet(await machine.run(args), 2);
    }
  });

  it.each<[string, string, (token: string) => string]>([
    ["two words in a token's variable", "CRM_REFRESH_TOKEN", (token) => `two words ${token}`],
    ["quotation marks in a token's variable", "CRM_REFRESH_TOKEN", (token) => `"${token}"`],
    ["line breaks in a token's variable", "CRM_ACCESS_TOKEN", (token) => `${token}\n${token}`],
    ["a token in a time's variable", "CRM_REFRESH_TOKEN_EXPIRES_AT", (token) => token],
    ["a damaged identity in its variable", "TOKENWARD_IDENTITY", (token) => `AGE-SECRET-KEY-1${token}`],
    ["a token in the identity's variable", "TOKENWARD_IDENTITY", (token) => token],
    ["a token in a switch", "CI", (token) => token],
  ])("%s", async (_, name, value) => {
    await machine.workspace.configure(yaml('client_secret: "${A_CLIENT_SECRET}"'));
    for (const args of inTurn([
      ["auth", "refresh", "crm"],
      ["auth", "refresh", "--json"],
    ])) {
      const env = { A_CLIENT_SECRET: token, CRM_REFRESH_TOKEN: token, [name]: value(token) };
      const finished = await machine.run(args, { env });
      expect(machine.watch.takeLeaks()).toEqual([]);
      expect(finished.code, finished.stdout + finished.stderr).toBeGreaterThan(0);
    }
  });

  it("a store, a state and an identity that hold tokens openly, or nothing that can be read", async () => {
    const { workspace, run } = machine;
    const open = JSON.stringify({ v: 1, grant: "crm/a1", refresh_token: token, access_token: plain });
    const stored = (await readdir(workspace.storeFolder)).map((name) => path.join(workspace.storeFolder, name));
    const state = path.join(workspace.stateFolder, "state.db");
    for (const files of [stored, [state], [workspace.identityFile]]) {
      const before = await Promise.all(files.map(async (file) => await readFile(file)));
      for (const content of [open, `${plain}\0${token}`, `AGE-SECRET-KEY-1${plain}`, ""]) {
        await Promise.all(files.map(async (file) => await writeFile(file, content)));
        for (const args of inTurn([
          ["auth", "refresh"],
          ["auth", "status", "--json"],
          ["auth", "recover", "crm/a1"],
          ["auth", "import", "crm/a1"],
        ])) {
          const finished = await run(args, { input: JSON.stringify({ refresh_token: token }) });
          expect(finished.code, `${files[0]} ${args.join(" ")}\n${finished.stdout}${finished.stderr}`).not.toBe(0);
          expect(machine.watch.takeLeaks()).toEqual([]);
        }
      }
      await Promise.all(files.map(async (file, index) => await writeFile(file, before[index] as Buffer)));
    }
    expect((await run(["auth", "refresh"])).code).toBe(0);
    expect(machine.watch.takeLeaks()).toEqual([]);
    expect(await machine.onDisk()).toEqual([]);
  });

  it("a store that cannot be written", async () => {
    const { workspace, run } = machine;
    const taken = path.join(workspace.folder, "taken");
    await writeFile(taken, "a file where a folder belongs");
    await workspace.configure(configuration.replace(workspace.storeFolder, taken));
    const input = JSON.stringify({ refresh_token: token, access_token: plain });
    for (const args of [
      ["auth", "import", "crm/a1"],
      ["auth", "refresh", "crm"],
      ["auth", "status"],
    ]) {
      expect((await run(args, { input })).code).not.toBe(0);
    }
    await rm(taken);
    await mkdir(taken);
    expect(machine.watch.takeLeaks()).toEqual([]);
    expect(await machine.onDisk()).toEqual([]);
  });
});

function yaml(line: string): string {
  return `platforms:
  crm:
    refresher: oauth2
    token_url: https://crm.example/token
    client_id: id
    ${line}
`;
}
