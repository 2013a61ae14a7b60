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
  const read = async <T>(work: (records: Records) => T): Promise<T | undefined> => await folder.read(work);

  return {
    get: async (subject, condition) => {
      const text = await read((records) => stateText(records, subject, condition));
      return text === undefined ? undefined : decoded(() => decodeState(text));
    },
    list: async () => {
      const rows = (await read((records) => records.all("SELECT state FROM alerts ORDER BY subject, condition"))) ?? [];
      return decoded(() => rows.map(({ state }) => decodeState(String(state))));
    },
    put: async (next, entries, expected) =>
      await writer().write((records) => {
        const known = stateText(records, next.subject, next.condition);
        if (known !== (expected === undefined ? undefined : encodeState(expected))) return false;
        records.run(
          "INSERT INTO alerts (subject, condition, state) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET state = excluded.state",
          next.subject,
          next.condition,
          encodeState(next),
        );
        for (const entry of entries) addEntry(records, entry);
        return true;
      }),
    outbox: async (now) => {
      const due = "SELECT id, notifier, alert, attempts, not_before FROM outbox WHERE not_before <= ? ORDER BY seq";
      const rows = (await read((records) => records.all(due, now.getTime()))) ?? [];
      return decoded(() => rows.map((row) => decodeEntry(row)));
    },
    settle: async (id, outcome) => {
      await writer().write((records) =>
        outcome === "delivered"
          ? records.run("DELETE FROM outbox WHERE id = ?", id)
          : records.run(
              "UPDATE outbox SET attempts = attempts + 1, not_before = ? WHERE id = ?",
              outcome.notBefore.getTime(),
              id,
            ),
      );
    },
  };
}

function stateText(records: Records, subject: string, condition: string): string | undefined {
  return records.get("SELECT state FROM alerts WHERE subject = ? AND condition = ?", subject, condition)?.["state"] as
    | string
    | undefined;
}

// Members in one fixed order, so that two equal states are one text.
function encodeState(state: AlertState): string {
  const { subject, condition, severity, incident, openedAt, notifiedAt, resolvedAt, detail } = state;
  return JSON.stringify({ subject, condition, severity, incident, openedAt, notifiedAt, resolvedAt, detail });
}

function decodeState(text: string): AlertState {
  const times = ["openedAt", "notifiedAt", "resolvedAt"];
  return withDates(JSON.parse(text) as Record<string, unknown>, times) as unknown as AlertState;
}

function addEntry(records: Records, { id, notifier, alert, attempts, notBefore }: OutboxEntry): void {
  records.run(
    "INSERT INTO outbox (id, notifier, alert, attempts, not_before) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    id,
    notifier,
    JSON.stringify(alert),
    attempts,
    notBefore.getTime(),
  );
}

function decodeEntry(row: Record<string, unknown>): OutboxEntry {
  return {
    id: String(row["id"]),
    notifier: String(row["notifier"]),
    alert: withDates(JSON.parse(String(row["alert"])) as Record<string, unknown>, ["at"]) as unknown as Alert,
    attempts: Number(row["attempts"]),
    notBefore: new Date(Number(row["not_before"])),
  };
}
