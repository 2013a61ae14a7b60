import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { fingerprint } from "@tokenward/sandbox";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { capsulesIn } from "./harness/backends/recovery-capsule.ts";
import { openGitlabProject, type GitlabProject } from "./harness/how-to/gitlab-project.ts";
import { readPipeline } from "./harness/how-to/gitlab-ci.ts";
import { pageOf } from "./harness/how-to/page.ts";

const page = pageOf("gitlab-schedule.md");
const watcher = new URL("./harness/step-watcher.mjs", import.meta.url).href;

describe("the pipeline of docs/how-to/gitlab-schedule.md", () => {
  const text = page.file(".gitlab-ci.yml");
  const { jobs, mistakes } = readPipeline(text);

  it("is what GitLab takes", () => expect(mistakes).toEqual([]));

  it("refreshes one at a time, on a schedule only, and keeps what could not be saved", () => {
    expect(jobs["refresh-tokens"]).toMatchObject({
      resource_group: "tokenward",
      rules: [{ if: '$CI_PIPELINE_SOURCE == "schedule"' }],
      artifacts: { when: "always", paths: ["tokenward-recovery/"] },
    });
    expect(jobs["refresh-tokens"]).not.toHaveProperty("retry");
    expect(jobs["refresh-tokens"]).not.toHaveProperty("interruptible");
    expect(jobs["post"]).toMatchObject({ needs: [{ job: "refresh-tokens" }], rules: [{ when: "always" }] });
  });

  it.each([
    ["a keyword that is none", text.replace("resource_group", "resource-group"), "unknown keyword resource-group"],
    ["a need that is no job", text.replace("job: refresh-tokens", "job: refresh"), "needs refresh, which is no job"],
    ["a source that never comes", text.replace('"schedule"', '"cron"'), "a rule is never true"],
    ["a stage that is not listed", text.replace("stages: [refresh, post]", "stages: [refresh]"), "no stage post"],
    ["a script that is no list", text.replace("  script:\n    - npx", "  script:\n    run: npx"), "script is a list"],
  ])("would be found with %s", (_, broken, expected) => {
    expect(broken).not.toBe(text);
    expect(readPipeline(broken).mistakes.join("\n")).toContain(expected);
  });

  it("is, with its files, that of the example", () => {
    for (const name of [".gitlab-ci.yml", "tokenward.config.yaml", "post.mjs"]) {
      const file = fileURLToPath(new URL(`../examples/gitlab-schedule/${name}`, import.meta.url));
      expect(page.file(name)).toBe(readFileSync(file, "utf8"));
    }
  });
});

describe("on runners whose disks are gone after each job,", () => {
  let project: GitlabProject;
  let setUp: string;
  beforeEach(async () => {
    project = await openGitlabProject();
    setUp = await project.setUp();
  });
  afterEach(async () => await project.close());

  const stored = (): string => String(project.server.project.variables.find("TIKTOK_REFRESH_TOKEN")?.value);
  const current = async (): Promise<string> =>
    await project.sandbox.control.currentRefreshToken(project.consent.grantId);
  const savesFail = (): void => {
    project.server.trouble = ({ method, path }) =>
      method !== "GET" && path.endsWith("_TOKEN")
        ? { answer: { status: 503, body: "<html>GitLab is not responding</html>" } }
        : undefined;
  };

  it("the set-up leaves masked, raw variables, and the schedule is weekly", async () => {
    const { variables } = project.server.project;
    for (const name of ["GITLAB_WRITEBACK_TOKEN", "TIKTOK_CLIENT_KEY", "TIKTOK_CLIENT_SECRET"]) {
      expect(variables.find(name)).toMatchObject({ masked: true, raw: true, protected: true });
    }
    expect(variables.find("TIKTOK_CLIENT_SECRET")?.value).toBe(project.consent.clientSecret);
    expect(variables.find("TIKTOK_REFRESH_TOKEN")).toMatchObject({ masked: true, raw: true });
    expect(stored()).toBe(await current());
    expect(setUp.split("\n")).toContain("variable set TIKTOK_CLIENT_SECRET --masked --raw --protected");
    for (const secret of [String(project.consent.clientSecret), project.consent.refreshToken, project.server.token]) {
      expect(setUp.includes(secret)).toBe(false);
    }
    const { code, stdout } = await project.type("5. The schedule");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ref: "main", cron: "17 6 * * 1", cronTimeZone: "UTC" });
  });

  it("two weeks are two rotations and two posts, each with that week's token", async () => {
    const tokens: string[] = [];
    for (const week of [1, 2]) {
      await project.passWeek();
      const refreshed = await project.runJob("refresh-tokens");
      expect(refreshed.code, refreshed.stderr).toBe(0);
      expect(refreshed.stdout).toContain("rotated");
      expect(refreshed.artifact).toEqual({});
      expect(fingerprint(stored())).toBe(fingerprint(await current()));

      const posted = await project.runJob("post");
      expect(posted.code, posted.stderr).toBe(0);
      expect(project.receiver.posts).toHaveLength(week);
      tokens.push(String(project.receiver.posts.at(-1)?.token));
      for (const printed of [refreshed, posted].flatMap(({ stdout, stderr, args }) => [stdout, stderr, args])) {
        for (const secret of [stored(), ...tokens, String(project.consent.clientSecret), project.server.token]) {
          expect(printed.includes(secret)).toBe(false);
        }
      }
    }
    expect(new Set(tokens).size).toBe(2);
    expect(project.receiver.refused).toBe(0);
    expect(await project.sandbox.control.counts()).toMatchObject({ rotations: 2, replays: 0 });
  });

  it("a token that is days old is refused: where nothing was refreshed, and in the very job that refreshes", async () => {
    await project.passWeek();
    const { "refresh-tokens": refreshing, post } = project.pipeline.jobs;
    const inOne = await project.runJob({ ...post!, script: [...refreshing!.script, ...post!.script] });
    expect(inOne.stdout).toMatch(/rotated[\s\S]*The platform answered 401\./);
    await project.passWeek();
    const posted = await project.runJob("post");
    expect(posted.code).toBe(1);
    expect(posted.stdout).toContain("The platform answered 401.");
    expect(project.receiver.posts).toEqual([]);
  });

  it("a token that GitLab did not take is delivered from the job's log, or from its artifact, once", async () => {
    savesFail();
    const red = await project.runJob("refresh-tokens");
    expect(red.code).toBe(1);
    expect(`${red.stdout}${red.stderr}`).toContain("ERR_WRITEBACK_SAVE_FAILED");
    const [[name, capsule] = ["", ""], ...others] = Object.entries(red.artifact);
    expect(name).toMatch(/^tokenward-recovery\/tiktok\..*\.age$/);
    expect(others).toEqual([]);
    expect(capsulesIn(red.stderr)).toHaveLength(1);
    expect(stored()).not.toBe(await current());
    project.server.trouble = undefined;

    // The next schedule comes first.
    await project.passWeek();
    const next = await project.runJob("refresh-tokens");
    expect(next.code).toBe(1);
    expect(next.stdout + next.stderr).toContain("ERR_AUTH_CLAIMED");

    const log = `Running with gitlab-runner 18\n${red.stderr}\nJob failed\n`;
    for (const [kept, said] of [
      [log, "tiktok  healthy"],
      [capsule, "Already delivered"],
    ] as const) {
      const delivered = await project.type("Deliver a recovery capsule", { "job.log": kept });
      expect(delivered.code, delivered.stderr).toBe(0);
      expect(delivered.stdout).toContain(said);
      expect(stored()).toBe(await current());
    }
    expect((await project.runJob("refresh-tokens")).code).toBe(0);
    expect(await project.sandbox.control.counts()).toMatchObject({ rotations: 2, replays: 0 });
  });

  it("a killed job is named by the next one, nothing is replayed, and a new consent goes on", async () => {
    const killed = await project.runJob("refresh-tokens", {
      NODE_OPTIONS: `--import=${watcher}`,
      STEP_EVENT: "answer:start",
      STEP_SIGNAL: "SIGKILL",
    });
    expect(killed.code).toBe(137);
    expect(stored()).not.toBe(await current());
    await project.passWeek();
    const next = await project.runJob("refresh-tokens");
    expect(next.code).toBe(1);
    expect(next.stdout + next.stderr).toMatch(/in-doubt[\s\S]*ERR_AUTH_CLAIMED/);
    expect(await project.sandbox.control.counts()).toMatchObject({ rotations: 1, replays: 0 });

    const again = await project.sandbox.control.regrant(project.consent.grantId);
    const answer = { refresh_token: again.refreshToken, access_token: again.accessToken, expires_in: again.expiresIn };
    const imported = await project.type("A job was killed", { "token.json": JSON.stringify(answer) });
    expect(imported.code, imported.stderr).toBe(0);
    expect((await project.runJob("refresh-tokens")).code).toBe(0);
    expect(stored()).toBe(await project.sandbox.control.currentRefreshToken(again.grantId));
  });

  it("the write-back's own token is renewed as the page says, and what stood before it is refused unspent", async () => {
    await project.passWeek();
    project.server.tokenEnd = new Date(Date.now() + 14 * 86_400_000).toISOString().slice(0, 10);
    const warned = await project.runJob("refresh-tokens");
    expect(warned.code).toBe(1);
    expect(warned.stdout + warned.stderr).toMatch(
      /The credential with which the write-back .* ends on \d{4}-\d\d-\d\d/,
    );
    project.server.tokenEnd = null;

    const renewed = "glpat-renewed-0123456789";
    Object.assign(project.server, { token: renewed });
    const refused = await project.runJob("refresh-tokens");
    expect(refused.code).not.toBe(0);
    expect(refused.stdout + refused.stderr).toContain("ERR_WRITEBACK_UNREADABLE");
    expect(await project.sandbox.control.counts()).toMatchObject({ rotations: 1, replays: 0 });
    const typed = await project.type("Renew the access token");
    expect(typed.code, typed.stderr).toBe(0);
    expect((await project.runJob("refresh-tokens")).code).toBe(0);
  });
});
