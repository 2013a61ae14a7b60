import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { PluginIO } from "@tokenward/core/plugin";
import type { Metadata } from "./leaf.ts";

/** The data key of a file, and the age key that opened it. */
export interface DataKey {
  readonly key: Uint8Array;
  readonly identity: string;
}

/**
 * Opens the data key with the age keys of SOPS_AGE_KEY, SOPS_AGE_KEY_FILE and the default keys.txt. `undefined` where
 * none of them fits, or where more than one key is needed: then only the program can try its other ways.
 */
export async function openDataKey(metadata: Metadata, io: PluginIO): Promise<DataKey | undefined> {
  if (metadata.groups || metadata.age.length === 0) return undefined;
  const { armor, Decrypter, identityToRecipient } = await import("age-encryption");
  for (const identity of await findIdentities(io.env)) {
    try {
      const recipient = await identityToRecipient(identity);
      const entry = metadata.age.find((candidate) => candidate.recipient === recipient);
      if (entry === undefined) continue;
      const decrypter = new Decrypter();
      decrypter.addIdentity(identity);
      return { key: await decrypter.decrypt(armor.decode(entry.enc)), identity };
    } catch {
      // A key of another kind, or not the one; the next may fit. The message could quote the key.
    }
  }
  return undefined;
}

async function findIdentities(env: PluginIO["env"]): Promise<readonly string[]> {
  const texts = [env["SOPS_AGE_KEY"] ?? ""];
  for (const path of keyFiles(env)) texts.push(await readFile(path, "utf8").catch(() => ""));
  const lines = texts.join("\n").split(/\r?\n/);
  return lines.filter((line) => !line.trimStart().startsWith("#")).flatMap((line) => line.match(ageKey) ?? []);
}

const ageKey = /AGE-SECRET-KEY-[0-9A-Z-]+/g;

// Places where sops looks (https://getsops.io/docs/#encrypting-using-age).
function keyFiles(env: PluginIO["env"]): readonly string[] {
  const home = env["HOME"] ?? env["USERPROFILE"];
  const folders = [
    env["XDG_CONFIG_HOME"],
    process.platform === "win32" ? env["APPDATA"] : undefined,
    home === undefined ? undefined : join(home, ".config"),
    home === undefined || process.platform !== "darwin" ? undefined : join(home, "Library", "Application Support"),
  ];
  const defaults = folders.filter((folder) => folder !== undefined && folder !== "");
  const named = env["SOPS_AGE_KEY_FILE"];
  return [
    ...(named === undefined || named === "" ? [] : [named]),
    ...defaults.map((folder) => join(folder as string, "sops", "age", "keys.txt")),
  ];
}
