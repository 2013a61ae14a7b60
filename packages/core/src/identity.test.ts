import { execFile } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect, promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SealError } from "./identity/age-file.ts";
import { newIdentityText } from "./identity/identity-text.ts";
import { platformFolder } from "./identity/platform-folder.ts";
import { systemIdentity } from "./identity.ts";
import { redact } from "./redactor.ts";

const run = promisify(execFile);
const posix = process.platform !== "win32";

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "tokenward-identity-"));
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

function keyLine(text: string): string {
  return text.split("\n").find((line) => line.startsWith("AGE-SECRET-KEY-1")) ?? "";
}

describe("systemIdentity", () => {
  it("makes an identity only where the caller has nothing sealed, for its owner alone", async () => {
    const path = join(home, "deep", "identity.txt");
    const identity = systemIdentity({ TOKENWARD_IDENTITY_FILE: path });
    expect(identity.source).toBe(path);
    await expect(identity.ensure({ sealedDataExists: true })).rejects.toMatchObject({
      code: "ERR_STATE_IDENTITY_MISSING",
      message: expect.stringContaining(path),
    });
    await expect(identity.encrypt("x")).rejects.toMatchObject({ code: "ERR_STATE_IDENTITY_MISSING" });
    expect(existsSync(path)).toBe(false);
    await identity.ensure({ sealedDataExists: false });
    expect(readFileSync(path, "utf8")).toMatch(
      /^# created: .*\n# public key: age1[a-z0-9]{58}\nAGE-SECRET-KEY-1[A-Z0-9]{58}\n$/,
    );
    expect(readdirSync(join(home, "deep"))).toEqual(["identity.txt"]);
    if (posix) {
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(statSync(join(home, "deep")).mode & 0o777).toBe(0o700);
    }
    await identity.ensure({ sealedDataExists: true });
  });

  it("opens what it sealed, also in another process and from the variable", async () => {
    const path = join(home, "identity.txt");
    const identity = systemIdentity({ TOKENWARD_IDENTITY_FILE: path });
    await identity.ensure({ sealedDataExists: false });
    const sealed = await identity.encrypt("grüße");
    const content = readFileSync(path, "utf8");
    for (const text of [
      content,
      keyLine(content),
      ` ${keyLine(content).toLowerCase()}\r\n`,
      content.replaceAll("\n", "\\n"),
    ]) {
      const other = systemIdentity({ TOKENWARD_IDENTITY: text, TOKENWARD_IDENTITY_FILE: join(home, "unused") });
      expect(other.source).toBe("TOKENWARD_IDENTITY");
      expect(Buffer.from(await other.decrypt(sealed)).toString()).toBe("grüße");
      expect(await other.deriveKey("x")).toEqual(await identity.deriveKey("x"));
    }
  });

  it("derives a key for each purpose, always the same", async () => {
    const identity = systemIdentity({ TOKENWARD_IDENTITY: newIdentityText(new Date()) });
    expect(await identity.deriveKey("journal")).toEqual(await identity.deriveKey("journal"));
    expect(await identity.deriveKey("journal")).not.toEqual(await identity.deriveKey("cache"));
    expect(await identity.deriveKey("journal")).toHaveLength(32);
  });

  it("shares one instance per source", () => {
    const env = { TOKENWARD_IDENTITY_FILE: join(home, "identity.txt") };
    expect(systemIdentity(env)).toBe(systemIdentity({ ...env }));
    expect(systemIdentity(env)).not.toBe(systemIdentity({ TOKENWARD_IDENTITY_FILE: join(home, "other.txt") }));
  });

  it("tells another's seal from damage", async () => {
    const one = systemIdentity({ TOKENWARD_IDENTITY: newIdentityText(new Date()) });
    const other = systemIdentity({ TOKENWARD_IDENTITY: newIdentityText(new Date()) });
    const sealed = await one.encrypt("x");
    await expect(other.decrypt(sealed)).rejects.toSatisfy(
      (error) => error instanceof SealError && error.code === "another",
    );
    await expect(one.decrypt(sealed.subarray(0, -1))).rejects.toSatisfy(
      (error) => error instanceof SealError && error.code === "damaged",
    );
  });

  it.each([
    ["", "empty"],
    ["# only a comment\n", "empty"],
    ["password", "starts differently"],
    [`${keyLine(newIdentityText(new Date()))}Q`, "checksum"],
    [keyLine(newIdentityText(new Date())).slice(0, -9), "checksum"],
    ["age1flw8lk4d0kywshkekr0kgfu8xsvkddn3rx207m54rmqaxpxwq9nqrs4u4h", "public key"],
    ["AGE-SECRET-KEY-PQ-1QQQ", "post-quantum"],
    [`${newIdentityText(new Date())}${newIdentityText(new Date())}`, "2 lines"],
  ])("refuses an unusable identity without showing it (%#)", async (text, reason) => {
    const path = join(home, "identity.txt");
    writeFileSync(path, text, { mode: 0o600 });
    const identity = systemIdentity({ TOKENWARD_IDENTITY_FILE: path });
    for (const attempt of [
      () => identity.ensure({ sealedDataExists: false }),
      () => identity.encrypt("x"),
      () => identity.deriveKey("x"),
    ]) {
      const error: unknown = await attempt().then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toMatchObject({ code: "ERR_STATE_IDENTITY_INVALID", message: expect.stringContaining(reason) });
      if (text !== "") expect(inspect(error, { depth: 9 })).not.toContain(keyLine(text) || text);
    }
    expect(readFileSync(path, "utf8")).toBe(text);
  });

  it("works again once a human has mended it", async () => {
    const path = join(home, "identity.txt");
    writeFileSync(path, "broken", { mode: 0o600 });
    const identity = systemIdentity({ TOKENWARD_IDENTITY_FILE: path });
    await expect(identity.encrypt("x")).rejects.toThrow();
    writeFileSync(path, newIdentityText(new Date()));
    expect(Buffer.from(await identity.decrypt(await identity.encrypt("x"))).toString()).toBe("x");
  });

  it("names a folder that cannot be written, and a file that is none", async () => {
    await mkdir(join(home, "folder"));
    await expect(systemIdentity({ TOKENWARD_IDENTITY_FILE: join(home, "folder") }).encrypt("x")).rejects.toMatchObject({
      code: "ERR_STATE_IDENTITY_INVALID",
      message: expect.stringContaining("it is a folder"),
    });
    writeFileSync(join(home, "file"), "");
    const below = systemIdentity({ TOKENWARD_IDENTITY_FILE: join(home, "file", "deep", "identity.txt") });
    await expect(below.ensure({ sealedDataExists: false })).rejects.toMatchObject({
      code: "ERR_STATE_UNWRITABLE",
      fix: expect.stringContaining("TOKENWARD_IDENTITY_FILE"),
    });
  });

  it.runIf(posix)("uses a file that others may read, and warns", async () => {
    const path = join(home, "identity.txt");
    writeFileSync(path, newIdentityText(new Date()));
    chmodSync(path, 0o644);
    const code = `const { systemIdentity } = await import(${JSON.stringify(new URL("./identity.ts", import.meta.url).href)});
      await systemIdentity().encrypt("x"); await systemIdentity().encrypt("y");`;
    const env = { PATH: process.env["PATH"], HOME: home, TOKENWARD_IDENTITY_FILE: path };
    const { stderr } = await run(process.execPath, ["--input-type=module", "-e", code], { env });
    expect(stderr.match(/TOKENWARD_IDENTITY_OPEN/g)).toHaveLength(1);
    expect(stderr).toContain(`chmod 600 ${path}`);
  });

  it("ends with one identity where many processes make it at once", async () => {
    const path = join(home, "fresh", "identity.txt");
    const code = `const { systemIdentity } = await import(${JSON.stringify(new URL("./identity.ts", import.meta.url).href)});
      await systemIdentity().ensure({ sealedDataExists: false });
      console.log(Buffer.from(await systemIdentity().deriveKey("x")).toString("hex"));`;
    const env = { PATH: process.env["PATH"], HOME: home, TOKENWARD_IDENTITY_FILE: path, NODE_NO_WARNINGS: "1" };
    const processes = Array.from(
      { length: 8 },
      async () => await run(process.execPath, ["--input-type=module", "-e", code], { env }),
    );
    const keys = (await Promise.all(processes)).map(({ stdout }) => stdout.trim());
    expect(new Set(keys).size).toBe(1);
    expect(readdirSync(join(home, "fresh"))).toEqual(["identity.txt"]);
  });

  it("is known to the redactor", async () => {
    const text = newIdentityText(new Date());
    await systemIdentity({ TOKENWARD_IDENTITY: text }).deriveKey("x");
    expect(redact(`oops: ${text} ${keyLine(text).toLowerCase()}`)).not.toContain(keyLine(text).slice(20, 40));
  });
});

describe("platformFolder", () => {
  it("is the place that each platform means", () => {
    expect(platformFolder("config", { HOME: "/home/u" }, "linux")).toBe(join("/home/u", ".config", "tokenward"));
    expect(platformFolder("config", { HOME: "/home/u", XDG_CONFIG_HOME: "/etc/u" }, "linux")).toBe(
      join("/etc/u", "tokenward"),
    );
    expect(platformFolder("config", { HOME: "/home/u", XDG_CONFIG_HOME: "relative" }, "linux")).toBe(
      join("/home/u", ".config", "tokenward"),
    );
    expect(platformFolder("data", { HOME: "/home/u" }, "linux")).toBe(join("/home/u", ".local", "share", "tokenward"));
    expect(platformFolder("data", { HOME: "/Users/u" }, "darwin")).toBe(
      join("/Users/u", "Library", "Application Support", "tokenward"),
    );
    expect(platformFolder("config", { APPDATA: "C:\\Roaming" }, "win32")).toBe(join("C:\\Roaming", "tokenward"));
    expect(platformFolder("data", { LOCALAPPDATA: "C:\\Local" }, "win32")).toBe(join("C:\\Local", "tokenward"));
  });
});
