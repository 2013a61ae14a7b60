// Two weeks of the pipeline in .gitlab-ci.yml, on this machine. Every job begins in an empty folder with the project's
// variables as they are at that moment, as on GitLab's runners; what it does not save there is gone afterwards.
import { spawn } from "node:child_process";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { createSandbox } from "@tokenward/sandbox";
import { startGitlabServer } from "tokenward-counterparts/gitlab";

const here = import.meta.dirname;
const tokenward = path.join(
  path.dirname(fileURLToPath(import.meta.resolve("tokenward/package.json"))),
  "bin/tokenward.js",
);

const sandbox = await createSandbox();
const gitlab = await startGitlabServer();
const { variables } = gitlab.project;
const blog = createServer((request, response) => void answerPost(request, response));
await new Promise((resolve) => blog.listen(0, "127.0.0.1", resolve));
try {
  const consent = await sandbox.control.consent("tiktok");
  const masked = { masked: true, raw: true };
  variables.create({ key: "GITLAB_WRITEBACK_TOKEN", value: gitlab.token, ...masked });
  variables.create({ key: "TIKTOK_CLIENT_KEY", value: consent.clientId, ...masked });
  variables.create({ key: "TIKTOK_CLIENT_SECRET", value: consent.clientSecret, ...masked });
  variables.create({ key: "TIKTOK_REFRESH_TOKEN", value: consent.refreshToken, ...masked });
  variables.create({ key: "POST_URL", value: `http://127.0.0.1:${blog.address().port}/` });

  for (const week of [1, 2]) {
    process.stdout.write(`\nWeek ${week}\n`);
    await job("npx --yes tokenward@1 auth refresh all", [tokenward, "auth", "refresh", "all"], consent);
    await job("node post.mjs", ["post.mjs"], consent);
  }
  const { rotations, replays } = await sandbox.control.ledger();
  const names = variables.list().map(({ key }) => key);
  process.stdout.write(`\nThe platform counted ${rotations} rotations and ${replays} replays.\n`);
  process.stdout.write(`GitLab keeps ${names.filter((name) => name.startsWith("TIKTOK_")).join(", ")}.\n`);
} finally {
  blog.close();
  await gitlab.close();
  await sandbox.close();
}

/** Runs the line of one job as a runner does. */
async function job(line, args, { tokenUrl }) {
  const folder = await mkdtemp(path.join(tmpdir(), "tokenward-job-"));
  try {
    await copyFile(path.join(here, "post.mjs"), path.join(folder, "post.mjs"));
    // The only difference to what is committed: the platform is the sandbox's.
    const config = await readFile(path.join(here, "tokenward.config.yaml"), "utf8");
    const local = config.replace("tiktok: {", `tiktok: { token_url: "${tokenUrl}",`);
    await writeFile(path.join(folder, "tokenward.config.yaml"), local);
    const env = {
      PATH: process.env.PATH,
      HOME: folder,
      CI: "true",
      CI_SERVER_URL: gitlab.url,
      CI_PROJECT_ID: String(gitlab.project.id),
      ...variables.environment(),
    };
    process.stdout.write(`\n$ ${line}\n`);
    const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ["ignore", "inherit", "inherit"] });
    const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
    if (code !== 0) throw new Error(`${line} ended with exit code ${code}.`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The address that is posted to: it takes what comes with a token that the platform knows. */
async function answerPost({ headers: { authorization } }, response) {
  const known = await fetch(`${sandbox.url}/tiktok/v2/user/info/?fields=open_id`, { headers: { authorization } });
  response.writeHead(known.ok ? 200 : 401).end();
}
