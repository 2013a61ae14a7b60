import { mkdtemp, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { environmentName } from "@tokenward/core/plugin";
import type { LedgerEntry, Sandbox } from "@tokenward/sandbox";
import type { Backend } from "tokenward-counterparts/backend";
import { run, startWatched, type AtStep, type Finished, type Watched } from "../cli.ts";
import { PassingTime } from "../passing-time.ts";
import {
  consentAll,
  createScenarioSandbox,
  importConsent,
  type ConnectedGrant,
  type ScenarioPlatform,
} from "../platforms.ts";
import type { ReportDocument, StatusDocument } from "../status-document.ts";
import { createWorkspace, type Workspace } from "../workspace.ts";
import { configureLike } from "./configured-machine.ts";
import { ownPlace, startBackend, type BackendName } from "./real-backends.ts";
import { recipient } from "./recovery-capsule.ts";

const notifier = fileURLToPath(new URL("./alert-file.mjs", import.meta.url));

/** Where a grant's first token comes from. */
export type FirstToken = "imported" | "from the environment";

/** A running backend, a platform, and a time that passes for both sides. */
export interface BackendScene {
  readonly backend: Backend;
  readonly sandbox: Sandbox;
  readonly time: PassingTime;
  /** A new grant on a machine of its own, kept in the backend. */
  connect(platform: ScenarioPlatform, first: FirstToken, more?: KeptOptions): Promise<KeptGrant>;
  close(): Promise<void>;
}

/** What differs for one grant. */
export interface KeptOptions {
  /** Milliseconds for one call of the backend. */
  readonly timeout?: number | undefined;
  /** How long another machine's claim is waited for. */
  readonly leaseWait?: string | undefined;
}

/** How a run on a grant's machine is started. */
export interface KeptRun {
  readonly at?: AtStep | undefined;
  /** A CI job: `CI` is set, and nothing of an earlier run is left on the disk. */
  readonly ephemeral?: boolean | undefined;
  /** Nothing of an earlier run is left on the disk. */
  readonly elsewhere?: boolean | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** A run and what it reported. */
export interface Told extends Finished {
  /** Absent where the process printed none. */
  readonly status: StatusDocument | undefined;
}

/** One grant that is kept in a backend. */
export interface KeptGrant {
  readonly name: string;
  readonly workspace: Workspace;
  readonly grant: ConnectedGrant;
  /** What any machine needs in its environment to refresh it now. */
  environment(): Readonly<Record<string, string>>;
  start(args: readonly string[], how?: KeptRun): Promise<Watched>;
  tell(args: readonly string[], how?: KeptRun): Promise<Told>;
  /** Every exchange that was tried, oldest first. */
  exchanges(since?: number): Promise<readonly LedgerEntry[]>;
  /** What the platform would exchange next. */
  current(): Promise<string>;
  /** What was notified so far, as `opened ERR_…`. */
  alerts(): Promise<readonly AlertLine[]>;
  /** Brings its own machine to what others have published since, as a human does before working there. */
  renew(): Promise<void>;
  dispose(): Promise<void>;
}

/** One alert that reached a human. */
export interface AlertLine {
  readonly edge: string;
  readonly severity: string;
  readonly code?: string | undefined;
  readonly detail: string;
}

/** Starts a backend and a platform. */
export async function setBackendScene(name: BackendName): Promise<BackendScene> {
  const [backend, sandbox] = await Promise.all([startBackend(name), createScenarioSandbox()]);
  const time = new PassingTime(sandbox);
  let accounts = 0;
  return {
    backend,
    sandbox,
    time,
    connect: async (platform, first, { timeout = 10_000, leaseWait = "1s" } = {}) => {
      accounts += 1;
      const account = `a${String(accounts)}`;
      return await connect({ backend, sandbox, time }, { platform, account, first, timeout, leaseWait });
    },
    close: async () => {
      await sandbox.close();
      await backend.close();
    },
  };
}

interface KeptWish {
  readonly platform: ScenarioPlatform;
  readonly account: string;
  readonly first: FirstToken;
  readonly timeout: number;
  readonly leaseWait: string;
}

async function connect(
  { backend, sandbox, time }: Pick<BackendScene, "backend" | "sandbox" | "time">,
  { platform, account, first, timeout, leaseWait }: KeptWish,
): Promise<KeptGrant> {
  const workspace = await createWorkspace();
  const { control } = sandbox;
  const [grant] = await consentAll(sandbox, workspace, [{ platform, account }], {
    auth: {
      writeback: withTimeout(backend, timeout),
      alerts: { backend: [notifier] },
      recovery: { age_recipients: [await recipient()] },
      lease_wait: leaseWait,
    },
  });
  if (grant === undefined) throw new Error(`nobody consented to ${platform}`);
  const { name, consent } = grant;
  await ownPlace(backend).renew();
  if (first === "imported") await importConsent(workspace, name, consent, { ...backend.env, ...time.env });
  // The first token stays in the environment of a job for ever, whatever was exchanged since.
  const seeding = first === "imported" ? {} : { [environmentName(name, "REFRESH_TOKEN")]: consent.refreshToken };

  const environment = (): Readonly<Record<string, string>> => ({ ...backend.env, ...time.env, ...seeding });
  const configuration = await readFile(workspace.configFile, "utf8");
  const options = async ({ at, ephemeral = false, elsewhere = ephemeral, env }: KeptRun) => {
    const job = ephemeral ? { CI: "true" } : {};
    if (!elsewhere) return { at, env: { ...environment(), ...job, ...env } };
    const folder = await mkdtemp(path.join(workspace.folder, "elsewhere-"));
    await (await configureLike(configuration, backend, folder)).renew();
    const state = { TOKENWARD_STATE_DIR: path.join(folder, "state") };
    return { at, cwd: folder, env: { ...environment(), ...state, ...job, ...env } };
  };
  return {
    name,
    workspace,
    grant,
    environment,
    start: async (args, how = {}) => startWatched(workspace, args, await options(how)),
    tell: async (args, how = {}) => told(await run(workspace, [...args, "--json"], await options(how))),
    exchanges: async (since = 0) => {
      const { entries } = await control.ledger({ grant: consent.grantId, since });
      return entries.filter(({ endpoint }) => endpoint === "token");
    },
    current: async () => await control.currentRefreshToken(consent.grantId),
    alerts: async () => await alertsOn(workspace),
    renew: async () => await ownPlace(backend).renew(),
    dispose: async () => await workspace.dispose(),
  };
}

/** What a machine notified so far. */
export async function alertsOn({ folder }: Workspace): Promise<readonly AlertLine[]> {
  const text = await readFile(path.join(folder, "alerts.jsonl"), "utf8").catch(() => "");
  return text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as AlertLine]));
}

/** Reads the one status of a `--json` run. */
export function told(finished: Finished): Told {
  const { stdout } = finished;
  const complete = stdout.trimStart().startsWith("{") && stdout.trimEnd().endsWith("}");
  return { ...finished, status: complete ? (JSON.parse(stdout) as Partial<ReportDocument>).statuses?.[0] : undefined };
}

function withTimeout({ name, writeback }: Backend, timeout: number): Readonly<Record<string, unknown>> {
  return { ...writeback, [name]: { ...(writeback[name] as object | undefined), timeout } };
}
