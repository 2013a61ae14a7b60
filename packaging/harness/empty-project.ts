import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { mustRun, runCommand, type CommandResult } from "./run-command.ts";
import { npmScript } from "./tools.ts";

/** A folder outside the checkout, as a stranger would make it. */
export interface EmptyProject {
  /** Absolute. Empty at first. */
  readonly folder: string;
  /** `npm install <specs>`; rejects with all that npm said where it fails. */
  install(...specs: readonly string[]): Promise<void>;
  /** What a file holds. */
  read(file: string): Promise<string>;
  /** Writes a file; its folder is made. */
  write(file: string, text: string): Promise<void>;
  /**
   * Runs `node`, `npm`, or a program that an installed package brought, in the folder. The environment has nothing of
   * the developer's own, and `CI` is not set; `env` is added to it.
   */
  run(command: string, args: readonly string[], options?: EmptyProjectRun): Promise<CommandResult>;
  dispose(): Promise<void>;
}

/** Extras of one run. */
export interface EmptyProjectRun {
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** What the program reads from standard input. */
  readonly input?: string | undefined;
}

// What programs need to run at all, and to trust and reach the network as their user does.
const inherited = /^(PATH|SYSTEMROOT|COMSPEC|PATHEXT|WINDIR|TEMP|TMP|TMPDIR|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE)$/i;

/** Makes one. `npmConfig` is the npmrc that its npm reads instead of the user's. */
export async function createEmptyProject(name: string, npmConfig: string): Promise<EmptyProject> {
  const base = await mkdtemp(path.join(tmpdir(), "tokenward-empty-"));
  const folder = path.join(base, name.replaceAll(/[^a-z0-9-]+/gi, "-").replace(/^-/, ""));
  const home = path.join(base, "home");
  await mkdir(folder);
  await mkdir(home);
  const kept = Object.entries(process.env).filter(([key]) => inherited.test(key));
  const clean: NodeJS.ProcessEnv = {
    ...Object.fromEntries(kept),
    HOME: home,
    USERPROFILE: home,
    LOCALAPPDATA: path.join(home, "local"),
    APPDATA: path.join(home, "roaming"),
    XDG_CONFIG_HOME: path.join(home, "config"),
    XDG_DATA_HOME: path.join(home, "data"),
    XDG_STATE_HOME: path.join(home, "state"),
    XDG_CACHE_HOME: path.join(home, "cache"),
    TOKENWARD_STATE_DIR: path.join(home, "tokenward-state"),
    TOKENWARD_IDENTITY_FILE: path.join(home, "identity.txt"),
    NPM_CONFIG_USERCONFIG: npmConfig,
    NO_COLOR: "1",
  };
  const npm = (args: readonly string[]): [string, string[]] => [process.execPath, [npmScript(), ...args]];
  return {
    folder,
    install: async (...specs) => {
      // Without the prefix npm would use a folder above that has a package.json.
      const [file, args] = npm(["install", "--prefix", folder, ...specs]);
      await mustRun(file, args, { cwd: folder, env: clean });
    },
    read: async (file) => await readFile(path.join(folder, file), "utf8"),
    write: async (file, text) => {
      const target = path.join(folder, file);
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, text);
    },
    run: async (command, args, { env, input } = {}) => {
      const options = { cwd: folder, env: { ...clean, ...env }, input };
      if (command === "node") return await runCommand(process.execPath, args, options);
      if (command === "npm") return await runCommand(...npm(args), options);
      const program = path.join(folder, "node_modules", ".bin", command);
      const windows = `${program}.cmd`;
      if (process.platform === "win32" && existsSync(windows)) {
        return await runCommand(`"${windows}"`, args, { ...options, shell: true });
      }
      return await runCommand(program, args, options);
    },
    dispose: async () => await rm(base, { recursive: true, force: true, maxRetries: 3 }),
  };
}
