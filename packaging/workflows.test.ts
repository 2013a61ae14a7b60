import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { root } from "./harness/tools.ts";
import { workflowMistakes } from "./harness/workflow-mistakes.ts";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly "timeout-minutes"?: number;
  readonly steps: readonly Step[];
  readonly strategy?: { readonly matrix: Readonly<Record<string, readonly unknown[]>> };
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const folder = path.join(root, ".github", "workflows");
const files = globSync("*.{yml,yaml}", { cwd: folder }).sort();
const textOf = (file: string): string => readFileSync(path.join(folder, file), "utf8");
const workflow = (file: string): Workflow => parse(textOf(file)) as Workflow;
const jobsOf = (file: string): [name: string, job: Job][] => Object.entries(workflow(file).jobs);
const stepsOf = (file: string): Step[] => jobsOf(file).flatMap(([, { steps }]) => steps);

it("there are two workflows", () => expect(files).toEqual(["ci.yml", "release.yml"]));

describe.each(files)("%s", (file) => {
  it("is what GitHub's own parser takes for a workflow", async () => {
    expect(await workflowMistakes(file, textOf(file))).toEqual([]);
  });

  it("runs only actions that are pinned by commit, with their version beside it", () => {
    const uses = textOf(file).match(/uses:.*/g) ?? [];
    expect(uses).not.toEqual([]);
    expect(uses.filter((line) => !/^uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
  });

  it("grants nothing to a job that did not ask for it", () => {
    expect(["{}", '{"contents":"read"}']).toContain(JSON.stringify(workflow(file).permissions));
  });

  it("leaves no credentials in the checkout", () => {
    const checkouts = stepsOf(file).filter(({ uses }) => uses?.startsWith("actions/checkout@") === true);
    expect(checkouts).toHaveLength(jobsOf(file).length);
    for (const checkout of checkouts) expect(checkout.with).toMatchObject({ "persist-credentials": false });
  });

  it("uses no secret, and never runs with more rights than what triggered it", () => {
    expect(textOf(file)).not.toMatch(/\bsecrets\b|_TOKEN: (?!\$\{\{ github\.token \}\})|_authToken/);
    expect(Object.keys(workflow(file).on).filter((event) => !["push", "pull_request"].includes(event))).toEqual([]);
  });

  it("puts nothing that others wrote into a script", () => {
    const expressions = stepsOf(file).flatMap(({ run = "" }) => run.match(/\$\{\{.*?\}\}/g) ?? []);
    expect(expressions.filter((expression) => !/^\$\{\{ matrix\.\w+ \}\}$/.test(expression))).toEqual([]);
  });

  it("ends", () => {
    for (const [, job] of jobsOf(file)) expect(job["timeout-minutes"]).toBeLessThanOrEqual(60);
  });
});

describe("the parser", () => {
  it("finds mistakes", async () => {
    expect(await workflowMistakes("a.yml", textOf("ci.yml").replace("runs-on", "runs_on"))).not.toEqual([]);
    expect(await workflowMistakes("a.yml", textOf("ci.yml").replaceAll("matrix.", "metrix."))).not.toEqual([]);
  });
});

describe("a pull request", () => {
  it("is judged with rights to read only", () => {
    expect(Object.keys(workflow("ci.yml").on)).toContain("pull_request");
    for (const [, { permissions, environment }] of jobsOf("ci.yml")) {
      expect({ permissions, environment }).toEqual({ permissions: undefined, environment: undefined });
    }
    expect(Object.keys(workflow("release.yml").on)).toEqual(["push"]);
  });

  it("is judged on every Node and system that is promised", () => {
    const { test, systems } = workflow("ci.yml").jobs;
    const nodes = test!.strategy!.matrix["include"]!.map((entry) => (entry as { node: string }).node);
    expect(nodes).toEqual(["22.19", "24", "26"]);
    expect(systems!.strategy!.matrix["os"]).toEqual(["windows-latest", "macos-latest"]);
  });
});

describe("the release", () => {
  const trusted = jobsOf("release.yml").filter(([, { permissions }]) => permissions?.["id-token"] !== undefined);

  it("has one job that npm trusts, behind a protected environment, and it may write nothing else", () => {
    expect(trusted).toHaveLength(1);
    const [name, { permissions, environment }] = trusted[0]!;
    expect({ name, permissions, environment }).toEqual({
      name: "publish",
      permissions: { contents: "read", "id-token": "write" },
      environment: "npm",
    });
  });

  it("runs there nothing that was installed or built there, and asks for provenance", () => {
    const commands = trusted.flatMap(([, { steps }]) => steps.flatMap(({ run }) => run ?? []));
    expect(commands).toEqual(["node scripts/release-publish.mjs release --provenance"]);
    const script = readFileSync(path.join(root, "scripts", "release-publish.mjs"), "utf8");
    const imported = [...script.matchAll(/ from "([^"]+)"/g)].map(([, name]) => name);
    expect(imported.filter((name) => !name!.startsWith("node:"))).toEqual(["./bootstrap.mjs"]);
    expect(script).not.toMatch(/\bbootstrap\(/);
  });

  it("gives no job both the right to write to the repository and the identity that npm trusts", () => {
    for (const [, { permissions = {} }] of jobsOf("release.yml")) {
      expect(permissions["contents"] === "write" && permissions["id-token"] === "write").toBe(false);
    }
  });
});
