// The command line as a script would use it, against platforms on localhost. Everything it keeps is in one temporary
// folder, which is removed at the end.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { createSandbox } from "@tokenward/sandbox";

const here = import.meta.dirname;
const tokenward = path.join(
  path.dirname(fileURLToPath(import.meta.resolve("tokenward/package.json"))),
  "bin/tokenward.js",
);

const sandbox = await createSandbox();
const folder = await mkdtemp(path.join(tmpdir(), "tokenward-quickstart-"));
try {
  // What a human does in a browser, and an operator with the app's credentials.
  const tiktok = await sandbox.control.consent("tiktok");
  const youtube = await sandbox.control.consent("youtube");
  const env = {
    ...process.env,
    // This folder stays until the end, so it is no CI runner's disk. See docs/running-in-ci.md.
    CI: "",
    TOKENWARD_STATE_DIR: path.join(folder, "state"),
    TOKENWARD_IDENTITY_FILE: path.join(folder, "identity.txt"),
    QUICKSTART_GRANTS: path.join(folder, "grants"),
    TIKTOK_TOKEN_URL: tiktok.tokenUrl,
    TIKTOK_CLIENT_KEY: tiktok.clientId,
    TIKTOK_CLIENT_SECRET: tiktok.clientSecret,
    GOOGLE_TOKEN_URL: youtube.tokenUrl,
    GOOGLE_CLIENT_ID: youtube.clientId,
    GOOGLE_CLIENT_SECRET: youtube.clientSecret,
  };
  const answerOf = ({ refreshToken, accessToken, expiresIn, scope }) =>
    JSON.stringify({ refresh_token: refreshToken, access_token: accessToken, expires_in: expiresIn, scope });

  await run(["config", "check"], env);
  await run(["auth", "import", "tiktok"], env, answerOf(tiktok));
  await run(["auth", "import", "youtube"], env, answerOf(youtube));
  await run(["auth", "refresh", "all", "--dry-run"], env);
  await run(["auth", "refresh", "all"], env);
  await run(["auth", "refresh", "all"], env);
  await run(["auth", "status"], env);

  const { rotations, replays } = await sandbox.control.ledger();
  process.stdout.write(`\nThe platforms counted ${rotations} rotations and ${replays} replays.\n`);
} finally {
  await sandbox.close();
  await rm(folder, { recursive: true, force: true });
}

/** Runs one command. Tokens go in by standard input only. */
async function run(args, env, input = "") {
  process.stdout.write(`\n$ tokenward ${args.join(" ")}\n`);
  const child = spawn(process.execPath, [tokenward, ...args], {
    cwd: here,
    env,
    stdio: ["pipe", "inherit", "inherit"],
  });
  child.stdin.end(input);
  const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  if (code !== 0) throw new Error(`tokenward ${args.join(" ")} ended with exit code ${code}.`);
}
