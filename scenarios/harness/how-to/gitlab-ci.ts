import { parseDocument } from "yaml";

/** One job of a pipeline. */
export interface GitlabJob {
  readonly stage: string;
  readonly image?: string;
  readonly resource_group?: string;
  readonly timeout?: string;
  readonly script: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  readonly rules?: readonly { readonly if?: string; readonly when?: string }[];
  readonly needs?: readonly (string | { readonly job: string; readonly artifacts?: boolean })[];
  readonly artifacts?: {
    readonly paths: readonly string[];
    readonly when?: string;
    readonly access?: string;
    readonly expire_in?: string;
  };
}

/** A pipeline: what a `.gitlab-ci.yml` says. */
export interface GitlabPipeline {
  readonly stages: readonly string[];
  readonly jobs: Readonly<Record<string, GitlabJob>>;
  /** What GitLab would refuse; empty where it would run it. */
  readonly mistakes: readonly string[];
}

// docs.gitlab.com/ci/yaml, read 2026-11-25: keywords that stand beside the jobs, and those of a job.
const global = ["default", "include", "stages", "variables", "workflow", "spec"];
const ofJobs =
  "after_script allow_failure artifacts before_script cache coverage dast_configuration dependencies environment extends " +
  "hooks id_tokens identity image inherit interruptible manual_confirmation needs pages parallel release resource_group " +
  "retry rules run script secrets services stage start_in tags timeout trigger variables when";
const ofArtifacts = "access exclude expire_in expose_as name paths public reports untracked when";
const ofRules = "allow_failure changes exists if interruptible needs variables when";
const known = {
  job: new Set(ofJobs.split(" ")),
  artifacts: new Set(ofArtifacts.split(" ")),
  rules: new Set(ofRules.split(" ")),
};
const whens = {
  job: ["on_success", "on_failure", "never", "always", "manual", "delayed"],
  artifacts: ["on_success", "on_failure", "always"],
};
const sources = ["api", "merge_request_event", "pipeline", "push", "schedule", "trigger", "web"];

/** Reads a `.gitlab-ci.yml` and judges it by its structure, as far as these pages go. */
export function readPipeline(text: string): GitlabPipeline {
  const document = parseDocument(text);
  const { stages = ["build", "test", "deploy"], ...rest } = document.toJS() as Readonly<Record<string, unknown>> & {
    readonly stages?: readonly string[];
  };
  const jobs = Object.fromEntries(Object.entries(rest).filter(([name]) => !global.includes(name))) as Record<
    string,
    GitlabJob
  >;
  const mistakes = Object.entries(jobs).flatMap(([name, job]) =>
    jobMistakes(job, stages, jobs).map((what) => `${name}: ${what}`),
  );
  return { stages, jobs, mistakes: [...document.errors.map(({ message }) => message), ...mistakes] };
}

function jobMistakes(job: GitlabJob, stages: readonly string[], jobs: Readonly<Record<string, GitlabJob>>): string[] {
  const { stage, script, rules = [], needs = [], artifacts, resource_group: group, variables = {} } = job;
  const mistakes = [...unknown(job, known.job), ...unknown(artifacts ?? {}, known.artifacts)];
  if (!stages.includes(stage)) mistakes.push(`there is no stage ${stage}`);
  if (!Array.isArray(script) || script.length === 0 || !script.every((line) => typeof line === "string"))
    mistakes.push("script is a list of lines");
  if (group !== undefined && !/^[\w. /$:-]+$/.test(group)) mistakes.push("resource_group is a name");
  for (const rule of rules) {
    mistakes.push(...unknown(rule, known.rules));
    if (rule.when !== undefined && !whens.job.includes(rule.when)) mistakes.push(`when: ${rule.when}`);
    const source = /^\$CI_PIPELINE_SOURCE == "(\w+)"$/.exec(rule.if ?? "")?.[1];
    if (source === undefined || !sources.includes(source)) mistakes.push(`a rule is never true: ${String(rule.if)}`);
  }
  for (const need of needs) {
    const name = typeof need === "string" ? need : need.job;
    const before = jobs[name];
    if (before === undefined) mistakes.push(`needs ${name}, which is no job`);
    else if (stages.indexOf(before.stage) > stages.indexOf(stage)) mistakes.push(`needs ${name}, which comes later`);
  }
  if (artifacts?.when !== undefined && !whens.artifacts.includes(artifacts.when)) mistakes.push("artifacts:when");
  if (artifacts?.access !== undefined && !["all", "developer", "maintainer", "none"].includes(artifacts.access))
    mistakes.push("artifacts:access");
  for (const [name, value] of Object.entries(variables)) {
    if (typeof value !== "string") mistakes.push(`the variable ${name} is no text`);
  }
  return mistakes;
}

function unknown(block: object, keywords: ReadonlySet<string>): string[] {
  return Object.keys(block).flatMap((key) => (keywords.has(key) ? [] : [`unknown keyword ${key}`]));
}
