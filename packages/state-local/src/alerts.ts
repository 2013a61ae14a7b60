import type { Alert, AlertState, AlertStore, OutboxEntry } from "@tokenward/core/plugin";
import { corrupt } from "./failure.ts";
import { withDates, type Records } from "./records.ts";
import type { StateFolder } from "./state-folder.ts";
import type { Writer } from "./writer.ts";

/** Alert states and outbox in the database of a folder. */
export function localAlerts(folder: StateFolder, writer: () => Writer): AlertStore {
  const decoded = <T>(decode: () => T): T => {
    try {
      return decode();
    } catch {
      throw corrupt(folder.database, "an alert in it is not what was once written");
    }
  };
  // A state that was made before there were alerts gets its tables with the first write.
  const rows = async (table: "alert_states" | "messages", sql: string, installation: string) =>
    (await folder.read((records) => (records.hasTable(table) ? records.all(sql, installation) : []))) ?? [];

  return {
    list: async (installation) => {
      const sql = "SELECT state FROM alert_states WHERE installation = ? ORDER BY subject, condition";
      const found = await rows("alert_states", sql, installation);
      return decoded(() => found.map(({ state }) => decodeState(String(state))));
    },
    put: async (changes, entries) =>
      await writer().write((records) => {
        for (const { expected, next } of changes) {
          const known = stateText(records, (next ?? expected) as AlertState);
          if (known !== (expected === undefined ? undefined : encodeState(expected))) return false;
        }
        for (const { expected, next } of changes) {
          if (next !== undefined) setState(records, next);
          else if (expected !== undefined) forgetState(records, expected);
        }
        for (const entry of entries) addEntry(records, entry);
        return true;
      }),
    outbox: async (installation) => {
      const sql = `SELECT id, installation, notifier, alert, recipients, attempts, not_before FROM messages
        WHERE installation = ? ORDER BY seq`;
      const found = await rows("messages", sql, installation);
      return decoded(() => found.map((row) => decodeEntry(row)));
    },
    settle: async (id, outcome) => {
      await writer().write((records) =>
        outcome === "delivered"
          ? records.run("DELETE FROM messages WHERE id = ?", id)
          : records.run(
              "UPDATE messages SET attempts = attempts + 1, not_before = ? WHERE id = ?",
              outcome.notBefore.getTime(),
              id,
            ),
      );
    },
  };
}

function stateText(records: Records, { installation, subject, condition }: AlertState): string | undefined {
  const sql = "SELECT state FROM alert_states WHERE installation = ? AND subject = ? AND condition = ?";
  return records.get(sql, installation, subject, condition)?.["state"] as string | undefined;
}

function setState(records: Records, state: AlertState): void {
  records.run(
    `INSERT INTO alert_states (installation, subject, condition, state) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET state = excluded.state`,
    state.installation,
    state.subject,
    state.condition,
    encodeState(state),
  );
}

function forgetState(records: Records, { installation, subject, condition }: AlertState): void {
  records.run(
    "DELETE FROM alert_states WHERE installation = ? AND subject = ? AND condition = ?",
    installation,
    subject,
    condition,
  );
}

// Members in one order, and none that is undefined, so that two equal states are one text.
function encodeState(state: AlertState): string {
  return JSON.stringify(state, (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
      : value,
  );
}

const times = ["openedAt", "resolvedAt", "calmSince", "at"];

function decodeState(text: string): AlertState {
  const state = withDates(JSON.parse(text) as Record<string, unknown>, times);
  for (const member of ["told", "before"]) {
    if (typeof state[member] === "object" && state[member] !== null)
      state[member] = withDates(state[member] as Record<string, unknown>, times);
  }
  return state as unknown as AlertState;
}

function addEntry(records: Records, entry: OutboxEntry): void {
  const { id, installation, notifier, alert, recipients, attempts, notBefore } = entry;
  records.run(
    `INSERT INTO messages (id, installation, notifier, alert, recipients, attempts, not_before)
     VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    id,
    installation,
    notifier,
    JSON.stringify(alert),
    JSON.stringify(recipients),
    attempts,
    notBefore.getTime(),
  );
}

function decodeEntry(row: Record<string, unknown>): OutboxEntry {
  return {
    id: String(row["id"]),
    installation: String(row["installation"]),
    notifier: String(row["notifier"]),
    alert: withDates(JSON.parse(String(row["alert"])) as Record<string, unknown>, times) as unknown as Alert,
    recipients: JSON.parse(String(row["recipients"])) as string[],
    attempts: Number(row["attempts"]),
    notBefore: new Date(Number(row["not_before"])),
  };
}
