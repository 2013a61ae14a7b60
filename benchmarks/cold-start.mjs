// How long a newcomer waits for the prompt: the CLI's cold start beside Node's own, interleaved in one run.
// node benchmarks/cold-start.mjs [runs], after a build. Prints a table to stderr and JSON to stdout.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const runs = Number(process.argv[2] ?? 40);
const bin = fileURLToPath(new URL("../apps/cli/bin/tokenward.js", import.meta.url));
const folder = mkdtempSync(path.join(os.tmpdir(), "tokenward-cold-start-"));

const env = {
  ...process.env,
  CI: undefined,
  NODE_OPTIONS: undefined,
  NODE_COMPILE_CACHE: undefined,
  HOME: folder,
  USERPROFILE: folder,
  LOCALAPPDATA: path.join(folder, "cache"),
  XDG_CACHE_HOME: path.join(folder, "cache"),
  XDG_CONFIG_HOME: path.join(folder, "configuration"),
  XDG_DATA_HOME: path.join(folder, "data"),
  XDG_STATE_HOME: path.join(folder, "state-home"),
  TOKENWARD_STATE_DIR: path.join(folder, "state"),
  TOKENWARD_IDENTITY_FILE: path.join(folder, "identity.txt"),
  BENCH_SECRET: "a-client-secret-of-nobody",
};

writeFileSync(
  path.join(folder, "tokenward.config.yaml"),
  `auth:
  writeback: { backend: local, local: { store: file, path: ./store } }
platforms:
  tiktok:
    accounts:
      one: { client_key: key, client_secret: "\${BENCH_SECRET}" }
      two: { client_key: key, client_secret: "\${BENCH_SECRET}" }
  youtube: { client_id: id, client_secret: "\${BENCH_SECRET}" }
  crm: { refresher: oauth2, token_url: "https://crm.example/token", client_id: id, client_secret: "\${BENCH_SECRET}" }
`,
);

const cases = [
  { name: "node -e 0", args: ["-e", "0"] },
  { name: "tokenward --version", args: [bin, "--version"], budget: 1.5 },
  { name: "tokenward --help", args: [bin, "--help"] },
  { name: "auth refresh all --dry-run (4 grants)", args: [bin, "auth", "refresh", "all", "--dry-run"], budget: 3 },
];

try {
  for (const grant of ["tiktok/one", "tiktok/two", "youtube", "crm"]) {
    const input = JSON.stringify({ refresh_token: `refresh-token-of-${grant}`, refresh_expires_in: 31_536_000 });
    succeed(run([bin, "auth", "import", grant], input), `import ${grant}`);
  }
  // Twice: the first run of each fills the compile cache, the second shows that it works.
  for (const { args, name } of [...cases, ...cases]) succeed(run(args), name);
  const times = cases.map(() => []);
  for (let round = 0; round < runs; round++) {
    for (const [index, { args }] of cases.entries()) {
      const start = performance.now();
      run(args);
      times[index].push(performance.now() - start);
    }
  }
  report(times);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function run(args, input = "") {
  return spawnSync(process.execPath, args, { cwd: folder, env, input, encoding: "utf8" });
}

function succeed(result, name) {
  if (result.status === 0) return;
  throw new Error(`${name} ended with ${result.status}:\n${result.stdout}${result.stderr}`);
}

function report(times) {
  const base = median(times[0]);
  const results = cases.map(({ name, budget }, index) => {
    const milliseconds = median(times[index]);
    const ratio = milliseconds / base;
    return { name, milliseconds: round(milliseconds), ratio: round(ratio), budget: budget ?? null };
  });
  for (const { name, milliseconds, ratio, budget } of results) {
    const judged = budget === null ? "" : `budget ${budget} x: ${ratio < budget ? "kept" : "EXCEEDED"}`;
    console.error(
      `${name.padEnd(40)} ${milliseconds.toFixed(1).padStart(7)} ms ${ratio.toFixed(2).padStart(6)} x  ${judged}`,
    );
  }
  console.log(JSON.stringify({ benchmark: "cold-start", node: process.version, runs, results }));
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function round(value) {
  return Math.round(value * 100) / 100;
}
