import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** Where Tokenward keeps things of this OS user: `config` for what a human or a backup must not lose, `data` for grants. */
export function platformFolder(
  kind: "config" | "data",
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
  return kind === "config"
    ? join(absolute(env["XDG_CONFIG_HOME"]) ?? join(home, ".config"), "tokenward")
    : join(absolute(env["XDG_DATA_HOME"]) ?? join(home, ".local", "share"), "tokenward");
}

// The XDG base directory specification (0.8) has relative paths ignored.
function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}
