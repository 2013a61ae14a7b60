// Where the demo lives: one folder in the clone, ignored by git. Nothing of this machine's user is read or written.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");
const { values } = parseArgs({ options: { keep: { type: "boolean" }, folder: { type: "string" } } });

/** Whether the sandbox stays after the story. */
export const keep = values.keep === true;
export const folder = path.resolve(values.folder ?? path.join(root, ".tokenward-demo"));
/** The folder as a human types it from where they are. */
export const typedFolder = path.relative("", folder).startsWith("..") ? folder : path.relative("", folder);
export const bin = path.join(root, "apps", "cli", "bin", "tokenward.js");

/** What every command of the demo runs with. `CI` would change what it may do, wherever the demo itself runs. */
export const environment = {
  CI: undefined,
  TOKENWARD_IDENTITY: undefined,
  TOKENWARD_IDENTITY_FILE: path.join(folder, "identity.txt"),
  TOKENWARD_STATE_DIR: path.join(folder, "state"),
  NODE_COMPILE_CACHE: path.join(root, "node_modules", ".cache", "compiled"),
  // A proxy cannot reach this machine's sandbox.
  NO_PROXY: "127.0.0.1",
  no_proxy: "127.0.0.1",
};

/** An empty folder with the configuration in it. The tokens of an earlier demo belong to a sandbox that is gone. */
export function layOut(configuration) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.join(folder, "secrets"), { recursive: true, mode: 0o700 });
  for (const [name, value] of Object.entries(configuration.secrets)) {
    writeFileSync(path.join(folder, "secrets", name), value, { mode: 0o600 });
  }
  writeFileSync(path.join(folder, "tokenward.config.yaml"), configuration.yaml);
  writeShortcuts();
}

/** So that a human can go on from here by typing `.tokenward-demo/tokenward …`, with the right Node and folders. */
function writeShortcuts() {
  const set = Object.entries(environment).map(([name, value]) => ({ name, value }));
  const quoted = (text) => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const config = path.join(folder, "tokenward.config.yaml");
  const shell = [
    "#!/bin/sh",
    "# Made by npm start: tokenward with the demo's configuration, state and identity.",
    ...set.map(({ name, value }) => (value === undefined ? `unset ${name}` : `export ${name}=${quoted(value)}`)),
    `exec ${quoted(process.execPath)} ${quoted(bin)} "$@" --config ${quoted(config)}`,
  ];
  const batch = [
    "@echo off",
    ...set.map(({ name, value }) => `set "${name}=${value ?? ""}"`),
    `"${process.execPath}" "${bin}" %* --config "${config}"`,
  ];
  writeFileSync(path.join(folder, "tokenward"), `${shell.join("\n")}\n`, { mode: 0o755 });
  writeFileSync(path.join(folder, "tokenward.cmd"), `${batch.join("\r\n")}\r\n`);
}

/** The shortcut as it is typed here. */
export const shortcut = path.join(typedFolder, "tokenward");

/** What is in the folder, down to the byte: the same text means that nothing changed. */
export function snapshot() {
  const hash = createHash("sha256");
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }).toSorted(byPath)) {
    hash.update(`${entry.parentPath}/${entry.name}\n`);
    if (entry.isFile()) hash.update(readFileSync(path.join(entry.parentPath, entry.name)));
  }
  return hash.digest("hex");
}

function byPath(left, right) {
  return `${left.parentPath}/${left.name}` < `${right.parentPath}/${right.name}` ? -1 : 1;
}
