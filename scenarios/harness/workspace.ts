import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** A machine of its own for CLI processes: configuration, state, identity and store, all in one temporary folder. */
export interface Workspace {
  readonly folder: string;
  readonly configFile: string;
  readonly stateFolder: string;
  readonly storeFolder: string;
  readonly identityFile: string;
  /** A complete environment: nothing of the developer's own leaks in, `CI` least of all. */
  readonly env: Readonly<Record<string, string>>;
  /** Writes the configuration anew. */
  configure(yaml: string): Promise<void>;
  dispose(): Promise<void>;
}

/** Makes an empty machine. */
export async function createWorkspace(yaml = "platforms: {}\n"): Promise<Workspace> {
  const folder = await mkdtemp(path.join(tmpdir(), "tokenward-scenario-"));
  // Some scenarios run the CLI as another user.
  await chmod(folder, 0o755);
  const configFile = path.join(folder, "tokenward.config.yaml");
  const stateFolder = path.join(folder, "state");
  const storeFolder = path.join(folder, "grants");
  const identityFile = path.join(folder, "identity", "identity.txt");
  await mkdir(path.dirname(identityFile), { mode: 0o700 });
  await mkdir(path.join(folder, "home"));
  await writeFile(configFile, yaml);
  return {
    folder,
    configFile,
    stateFolder,
    storeFolder,
    identityFile,
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: path.join(folder, "home"),
      XDG_CONFIG_HOME: path.join(folder, "home", "config"),
      XDG_DATA_HOME: path.join(folder, "home", "data"),
      XDG_STATE_HOME: path.join(folder, "home", "state"),
      // Node's compiled code: shared by all workspaces, because it holds nothing of theirs.
      XDG_CACHE_HOME: path.join(tmpdir(), "tokenward-scenarios-cache"),
      TOKENWARD_STATE_DIR: stateFolder,
      TOKENWARD_IDENTITY_FILE: identityFile,
    },
    configure: async (text) => await writeFile(configFile, text),
    dispose: async () => await rm(folder, { recursive: true, force: true }),
  };
}
