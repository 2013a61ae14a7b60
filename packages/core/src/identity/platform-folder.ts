import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where Tokenward keeps things of this OS user: `config` for what a human or a backup must not lose, `data` for
 * grants, `state` for what this machine remembers.
 */
export function platformFolder(
  kind: "config" | "data" | "state",
  env: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const home = env["HOME"] || homedir();
  if (platform === "darwin") return join(home, "Library", "Application Support", "tokenward");
  if (platform === "win32") {
    return kind === "config"
      ? join(env["APPDATA"] || join(homedir(), "AppData", "Roaming"), "tokenward")
      : join(env["LOCALAPPDATA"] || join(homedir(), "AppData", "Local"), "tokenward");
  }
  const [variable, usual] = xdg[kind];
  return join(absolute(env[variable]) ?? join(home, ...usual), "tokenward");
}

const xdg = {
  config: ["XDG_CONFIG_HOME", [".config"]],
  data: ["XDG_DATA_HOME", [".local", "share"]],
  state: ["XDG_STATE_HOME", [".local", "state"]],
} as const;

// The XDG base directory specification (0.8) has relative paths ignored.
function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}
