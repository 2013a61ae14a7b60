import type { FactStore } from "@tokenward/core/plugin";
import type { StateFolder } from "./state-folder.ts";
import type { Writer } from "./writer.ts";

/** Facts of the installation in the database of a folder. */
export function localFacts(folder: StateFolder, writer: () => Writer): FactStore {
  return {
    get: async (key) => {
      const row = await folder.read((records) => records.get("SELECT value FROM facts WHERE key = ?", key));
      return row === undefined ? undefined : (JSON.parse(String(row["value"])) as unknown);
    },
    set: async (key, value) => {
      const text = JSON.stringify(value) as string | undefined;
      await writer().write((records) =>
        text === undefined
          ? records.run("DELETE FROM facts WHERE key = ?", key)
          : records.run(
              "INSERT INTO facts (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
              key,
              text,
            ),
      );
    },
  };
}
