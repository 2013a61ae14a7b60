import { fileURLToPath } from "node:url";
import type { Consent, Sandbox } from "@tokenward/sandbox";
import { startGitlabServer, type GitlabServer } from "tokenward-counterparts/gitlab";
import { identityText } from "../backends/recovery-capsule.ts";
import { PassingTime } from "../passing-time.ts";
import { createScenarioSandbox, tokenJson } from "../platforms.ts";
import { documentedConfig } from "./documented-config.ts";
import { readPipeline, type GitlabJob, type GitlabPipeline } from "./gitlab-ci.ts";
import { createJobMachine, filesOn, type JobEnd } from "./job-shell.ts";
import { pageOf } from "./page.ts";
import { startPostingReceiver, type PostingReceiver } from "./posting-receiver.ts";

const page = pageOf("gitlab-schedule.md");
const glab = fileURLToPath(new URL("./glab.mjs", import.meta.url));

/** What a finished job left behind. */
export interface JobResult extends JobEnd {
  /** The files of its artifact, by name. */
  readonly artifact: Readonly<Record<string, string>>;
}

/** A GitLab project as the page sets it up, a platform, and a place to post to. */
export interface GitlabProject {
  readonly server: GitlabServer;
  readonly sandbox: Sandbox;
  readonly receiver: PostingReceiver;
  readonly pipeline: GitlabPipeline;
  readonly consent: Consent;
  /** The operator types what stands under a heading, on a machine of his own with these further files. */
  type(heading: string, files?: Readonly<Record<string, string>>, input?: string): Promise<JobEnd>;
  /** A runner takes a job: fresh machine, and the project's variables as they are at that moment. */
  runJob(job: string | GitlabJob, env?: Readonly<Record<string, string>>): Promise<JobResult>;
  passWeek(): Promise<void>;
  /** Types everything of the page but the schedule. @returns the arguments of every program that was started */
  setUp(): Promise<string>;
  close(): Promise<void>;
}

/** An empty project, a human who has consented, and the page's files. */
export async function openGitlabProject(): Promise<GitlabProject> {
  const [server, sandbox] = await Promise.all([startGitlabServer(), createScenarioSandbox()]);
  const receiver = await startPostingReceiver(sandbox);
  const consent = await sandbox.control.consent("tiktok");
  const time = new PassingTime(sandbox);
  const pipeline = readPipeline(page.file(".gitlab-ci.yml"));
  const files = { "tokenward.config.yaml": await documentedConfig(page, consent), "post.mjs": page.file("post.mjs") };
  const withGlab = { glab: `exec node ${glab} "$@"` };
  // What `glab auth login` left with the operator. The counterpart knows one token at a time, so it is that.
  const loggedIn = () => ({ GITLAB_HOST: server.url, GITLAB_TOKEN: server.token, GITLAB_PROJECT: server.project.path });
  const ownVariables: Readonly<Record<string, string>> = {
    CI_SERVER_URL: server.url,
    CI_PROJECT_ID: String(server.project.id),
    GITLAB_WRITEBACK_TOKEN: server.token,
    TIKTOK_CLIENT_KEY: consent.clientId,
    TIKTOK_CLIENT_SECRET: consent.clientSecret ?? "",
  };
  // The page's own list of names, each with its value.
  const envFile = page.file("tokenward.env").replaceAll(/^([A-Z_]+)=.*$/gm, (_, name: string) => {
    const value = ownVariables[name];
    if (value === undefined) throw new Error(`tokenward.env has ${name}, which no job has`);
    return `${name}=${value}`;
  });

  const project: GitlabProject = {
    server,
    sandbox,
    receiver,
    pipeline,
    consent,
    type: async (heading, more = {}, input) => {
      const operator = await createJobMachine(
        {
          ...files,
          "tokenward.env": envFile,
          "token.json": tokenJson(consent),
          "recovery-key.txt": await identityText(),
          ...more,
        },
        withGlab,
      );
      try {
        return await operator.run(page.commands(heading), { ...time.env, ...loggedIn() }, input);
      } finally {
        await operator.dispose();
      }
    },
    runJob: async (named, env = {}) => {
      const job = typeof named === "string" ? pipeline.jobs[named] : named;
      const { script, variables, artifacts } = job ?? {};
      if (script === undefined) throw new Error("the pipeline has no such job");
      const runner = await createJobMachine(files);
      try {
        const finished = await runner.run(script.join("\n"), {
          ...time.env,
          CI: "true",
          GITLAB_CI: "true",
          CI_PIPELINE_SOURCE: "schedule",
          CI_SERVER_URL: server.url,
          CI_PROJECT_ID: String(server.project.id),
          ...variables,
          // A project's variables win over those of the file, and a running job keeps what it began with.
          ...server.project.variables.environment(),
          ...env,
        });
        return { ...finished, artifact: await filesOn(runner, artifacts?.paths ?? []) };
      } finally {
        await runner.dispose();
      }
    },
    passWeek: async () => await time.pass(7 * 86_400),
    setUp: async () => {
      const variables = page.commands("3. Variables");
      const asked = String(/for name in (.*);/.exec(variables)?.[1]).split(" ");
      const typed = asked.map((name) => `${String(ownVariables[name])}\n`).join("");
      let all = "";
      for (const [heading, input] of [["3. Variables", typed], ["4. The first token"]] as const) {
        const { code, stdout, stderr, args } = await project.type(heading, {}, input);
        all += args;
        if (code !== 0) throw new Error(`${heading} ended with ${String(code)}:\n${stdout}${stderr}`);
      }
      server.project.variables.create({ key: "POST_URL", value: receiver.url });
      return all;
    },
    close: async () => {
      await receiver.close();
      await sandbox.close();
      await server.close();
    },
  };
  return project;
}
