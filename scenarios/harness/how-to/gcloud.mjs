// `gcloud`, as far as the pages type it: it knows the commands and flags that `gcloud <command> --help` lists (528.0.0, read
// 2026-11-25), refuses all others, does nothing, and appends what it was told to GCLOUD_LOG.
import { appendFileSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";

const binding = ["member", "role"];
const known = {
  "projects describe": [1, ["format"]],
  "iam service-accounts create": [1, []],
  "iam service-accounts add-iam-policy-binding": [1, binding],
  "iam workload-identity-pools create": [1, ["location"]],
  "iam workload-identity-pools providers create-oidc": [
    1,
    ["location", "workload-identity-pool", "issuer-uri", "attribute-mapping", "attribute-condition"],
  ],
  "secrets create": [1, ["data-file"]],
  "secrets add-iam-policy-binding": [1, binding],
  "run jobs replace": [1, ["region"]],
  "run jobs add-iam-policy-binding": [1, ["region", ...binding]],
  "scheduler jobs create http": [
    1,
    ["location", "schedule", "time-zone", "http-method", "oauth-service-account-email", "uri"],
  ],
};

const words = process.argv.slice(2);
const command = Object.keys(known)
  .filter((name) => words.join(" ").startsWith(`${name} `))
  .sort((one, other) => other.length - one.length)[0];
if (command === undefined) throw new Error(`gcloud has no command ${words.join(" ")}`);
const [count, flags] = known[command];
const { values, positionals } = parseArgs({
  args: words.slice(command.split(" ").length),
  allowPositionals: true,
  options: Object.fromEntries([...flags, "project"].map((name) => [name, { type: "string" }])),
});
if (positionals.length !== count) throw new Error(`${command} takes ${count} name, not ${positionals.join(" ")}`);
const file = command === "run jobs replace" ? positionals[0] : values["data-file"];
if (file !== undefined) readFileSync(file);
appendFileSync(process.env.GCLOUD_LOG, `${JSON.stringify({ command, name: positionals[0], ...values })}\n`);
if (command === "projects describe") process.stdout.write("123456789012\n");
