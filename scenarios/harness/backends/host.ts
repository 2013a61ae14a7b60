import { readFile } from "node:fs/promises";
import { startWatched, type Watched } from "../cli.ts";
import { createWorkspace, type Workspace } from "../workspace.ts";
import { alertsOn, told, type AlertLine, type BackendScene, type KeptGrant, type Told } from "./backend-scene.ts";
import { configureLike } from "./configured-machine.ts";
import { stoppedAt } from "./stopped.ts";

const preload = new URL("./other-host.mjs", import.meta.url).href;

/** An event of the refresh path, or `claim:write`, and the signal that the process sends itself there. */
export type HostStop = readonly [event: string, signal: "SIGSTOP" | "SIGKILL"];

/** One of several machines that keep the same grant in the same place, and share nothing else. */
export interface Host {
  readonly name: string;
  readonly workspace: Workspace;
  /** Starts `auth refresh`. */
  start(stops?: readonly HostStop[]): Promise<HostRun>;
  /** Runs it to its end. */
  refresh(): Promise<Told>;
  alerts(): Promise<readonly AlertLine[]>;
}

/** A refresh that runs on a host. */
export interface HostRun {
  readonly host: Host;
  readonly watched: Watched;
  readonly ended: Promise<Told>;
  /** Resolves when it stands still at one of its stops; to `false` when it ended before. */
  stopped(event: string): Promise<boolean>;
  goOn(): void;
}

/** Makes so many machines that can refresh a grant. */
export async function makeHosts(scene: BackendScene, kept: KeptGrant, count: number): Promise<readonly Host[]> {
  const text = await readFile(kept.workspace.configFile, "utf8");
  return await Promise.all(
    Array.from({ length: count }, async (_, index) => await makeHost(scene, kept, text, `runner-${String(index + 1)}`)),
  );
}

async function makeHost(scene: BackendScene, kept: KeptGrant, text: string, name: string): Promise<Host> {
  const workspace = await createWorkspace();
  const place = await configureLike(text, scene.backend, workspace.folder);

  const start = async (stops: readonly HostStop[] = []): Promise<HostRun> => {
    await place.renew();
    const environment = kept.environment();
    const watched = startWatched(workspace, ["auth", "refresh", kept.name, "--json"], {
      env: {
        ...environment,
        NODE_OPTIONS: `${environment["NODE_OPTIONS"] ?? ""} --import=${preload}`,
        HOST_NAME: name,
        HOST_STOPS: JSON.stringify(stops),
      },
    });
    return {
      host,
      watched,
      ended: watched.finished.then(told),
      stopped: async (event) => {
        // One that passes it by stands still at a later stop, and would be waited for in vain.
        const later = stops.slice(stops.findIndex(([name]) => name === event) + 1).map(([name]) => name);
        const reached = [event, ...later].map(async (name) => {
          return (await watched.events.reached(`stopped:${name}`)) ? name : undefined;
        });
        return (await Promise.race(reached)) === event && (await stoppedAt(watched, `stopped:${event}`));
      },
      goOn: () => watched.process.kill("SIGCONT"),
    };
  };
  const host: Host = {
    name,
    workspace,
    start,
    refresh: async () => await (await start()).ended,
    alerts: async () => await alertsOn(workspace),
  };
  return host;
}
