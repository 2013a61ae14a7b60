// A notifier that writes each alert as one line of JSON beside the configuration, for tests to count.
import { appendFileSync } from "node:fs";
import path from "node:path";
import { defineNotifier } from "@tokenward/core/plugin";

export default defineNotifier({
  name: "alert-file",
  apiVersion: 1,
  options: { "~standard": { version: 1, vendor: "scenarios", validate: (value) => ({ value: value ?? {} }) } },
  create: (_, { folder }) => ({
    notify: async (alert) => appendFileSync(path.join(folder, "alerts.jsonl"), `${JSON.stringify(alert)}\n`),
  }),
});
