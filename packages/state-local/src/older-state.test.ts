import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { AlertState } from "@tokenward/core/plugin";
import { afterEach, beforeEach, expect, test } from "vitest";
import { localState } from "./local-state.ts";

// What the first version made: the same schema version, and other tables for alerts.
const former = `
  CREATE TABLE targets (id INTEGER PRIMARY KEY, target TEXT NOT NULL UNIQUE, intent TEXT, answer BLOB,
    in_doubt_since INTEGER, last BLOB, last_grant TEXT, refused TEXT, facts TEXT NOT NULL DEFAULT '{}') STRICT;
  CREATE TABLE spent (target INTEGER NOT NULL, fingerprint TEXT NOT NULL, at INTEGER NOT NULL, host TEXT NOT NULL,
    generation INTEGER, PRIMARY KEY (target, fingerprint)) STRICT, WITHOUT ROWID;
  CREATE TABLE alerts (subject TEXT NOT NULL, condition TEXT NOT NULL, state TEXT NOT NULL,
    PRIMARY KEY (subject, condition)) STRICT, WITHOUT ROWID;
  CREATE TABLE outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, notifier TEXT NOT NULL,
    alert TEXT NOT NULL, attempts INTEGER NOT NULL, not_before INTEGER NOT NULL) STRICT;
  CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE sealing (id INTEGER PRIMARY KEY CHECK (id = 1), key_check TEXT NOT NULL) STRICT;
  INSERT INTO facts VALUES ('clock', '7');
`;

const alert: AlertState = {
  installation: "here",
  subject: "tiktok",
  condition: "decay",
  severity: "warn",
  incident: "i",
  openedAt: new Date("2026-11-26T10:00:00Z"),
  sightings: 1,
  summary: "s",
  detail: "d",
};

let folder: string;
beforeEach(() => {
  folder = path.join(mkdtempSync(path.join(tmpdir(), "tokenward-older-")), "state");
  mkdirSync(folder);
  const database = new DatabaseSync(path.join(folder, "state.db"));
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA application_id = 1953199972; PRAGMA user_version = 1; ${former}`);
  database.close();
});
afterEach(() => rmSync(path.dirname(folder), { recursive: true, force: true }));

test("a state that was made before alerts had tables of their own reads as one without any, and takes them", async () => {
  const reading = localState({ folder, env: {} });
  expect(await reading.alerts.list("here")).toEqual([]);
  expect(await reading.alerts.outbox("here")).toEqual([]);
  expect(await reading.facts.get("clock")).toBe(7);
  expect(await reading.alerts.put([{ expected: undefined, next: alert }], [])).toBe(true);
  expect(await reading.alerts.list("here")).toEqual([alert]);
  await reading.close();
  const again = localState({ folder, env: {} });
  expect(await again.alerts.list("here")).toEqual([alert]);
  expect(await again.facts.get("clock")).toBe(7);
  await again.close();
});

test("several that open it at once agree", async () => {
  const states = Array.from({ length: 4 }, () => localState({ folder, env: {} }));
  const put = await Promise.all(
    states.map(async ({ alerts }) => await alerts.put([{ expected: undefined, next: alert }], [])),
  );
  expect(put.filter(Boolean)).toHaveLength(1);
  await Promise.all(states.map(async (state) => await state.close()));
});

test("an alert that is no longer what was written is damage, and not nothing", async () => {
  const state = localState({ folder, env: {} });
  await state.alerts.put([{ expected: undefined, next: alert }], []);
  await state.close();
  const database = new DatabaseSync(path.join(folder, "state.db"));
  database.exec("UPDATE alert_states SET state = '{'");
  database.close();
  const damaged = localState({ folder, env: {} });
  await expect(damaged.alerts.list("here")).rejects.toMatchObject({ code: "ERR_STATE_CORRUPT" });
  await damaged.close();
});
