import { readFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import type { Finished } from "../cli.ts";
import { filesOn, type JobMachine } from "./job-shell.ts";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly with?: Readonly<Record<string, string | number | boolean>>;
  readonly env?: Readonly<Record<string, string>>;
}

interface Job {
  readonly "runs-on": string;
  readonly "timeout-minutes"?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

/** A workflow, as far as these pages use it. */
export interface Workflow {
  readonly on: { readonly schedule?: readonly { readonly cron: string }[] };
  readonly permissions?: Readonly<Record<string, string>>;
  readonly concurrency?: { readonly group: string; readonly "cancel-in-progress": boolean };
  readonly jobs: Readonly<Record<string, Job>>;
}

/** What a repository and GitHub bring to a run. */
export interface GithubWorld {
  readonly secrets: Readonly<Record<string, string>>;
  readonly vars: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  /** What an action leaves in the environment of the steps after it, by `owner/name`. */
  readonly actions: Readonly<
    Record<string, (given: Readonly<Record<string, string>>) => Readonly<Record<string, string>>>
  >;
}

/** What a finished job left behind. */
export interface GithubResult extends Finished {
  /** What `actions/upload-artifact` was given, by name. */
  readonly artifact: Readonly<Record<string, string>>;
}

/** Reads one. */
export function readWorkflow(text: string): Workflow {
  return parse(text) as Workflow;
}

/** Runs the steps of the only job on a fresh machine: `run` lines as they are, actions as {@link GithubWorld} plays them. */
export async function runWorkflow(workflow: Workflow, machine: JobMachine, world: GithubWorld): Promise<GithubResult> {
  const [job, ...others] = Object.values(workflow.jobs);
  if (job === undefined || others.length > 0) throw new Error("there is not one job");
  const paths = path.join(machine.home, "github-path");
  let fromActions: Readonly<Record<string, string>> = {};
  let artifact: Readonly<Record<string, string>> = {};
  let finished: Finished = { code: 0, signal: null, stdout: "", stderr: "" };
  for (const step of job.steps) {
    if (finished.code !== 0 && step.if !== "always()") continue;
    const given = Object.fromEntries(
      Object.entries({ ...step.with, ...step.env }).map(([name, value]) => [name, evaluated(String(value), world)]),
    );
    const action = step.uses?.replace(/@.*/, "");
    if (action === "actions/upload-artifact") artifact = await filesOn(machine, [String(given["path"])]);
    else if (action !== undefined) {
      const play = world.actions[action];
      if (play === undefined) throw new Error(`nobody plays ${action}`);
      fromActions = { ...fromActions, ...play(given) };
    }
    if (step.run === undefined) continue;
    const added = await readFile(paths, "utf8").catch(() => "");
    const ended = await machine.run(step.run, {
      PATH: [...added.split("\n").filter((line) => line !== ""), machine.path].join(path.delimiter),
      CI: "true",
      GITHUB_ACTIONS: "true",
      GITHUB_PATH: paths,
      ...world.env,
      ...fromActions,
      ...given,
    });
    finished = { ...ended, stdout: finished.stdout + ended.stdout, stderr: finished.stderr + ended.stderr };
  }
  return { ...finished, artifact };
}

function evaluated(text: string, { secrets, vars }: GithubWorld): string {
  return text.replaceAll(/\$\{\{ (secrets|vars)\.(\w+) \}\}/g, (_, kind: string, name: string) => {
    const value = (kind === "secrets" ? secrets : vars)[name];
    if (value === undefined) throw new Error(`the repository has no ${kind}.${name}`);
    return value;
  });
}
