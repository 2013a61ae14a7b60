import { readFile, realpath } from "node:fs/promises";
import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";

/** Whether a path, or what it is a link to, lies in a git work tree, whatever state that is in. */
export function isInWorkTree(path: string): boolean {
  return rootOf(path) !== undefined || (existsSync(path) && rootOf(realpathSync(path)) !== undefined);
}

/**
 * What names a file wherever it is checked out: the repository's address and the path inside. Where there is no
 * repository, or it has no remote, the file's real path. Read from git's files, not asked of git: git refuses to answer
 * in folders of other users, and the name must not depend on that.
 */
export async function fileIdentity(file: string): Promise<string> {
  const folder = await realpath(dirname(file)).catch(() => resolve(dirname(file)));
  const path = await realpath(file).catch(() => join(folder, basename(file)));
  const root = rootOf(path);
  const address = root === undefined ? undefined : await remoteOf(root);
  if (root === undefined || address === undefined) return path;
  return `${address}//${relative(root, path).split(sep).join("/")}`;
}

function rootOf(path: string): string | undefined {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git"))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

async function remoteOf(root: string): Promise<string | undefined> {
  const config = await readFile(join(await commonFolder(root), "config"), "utf8").catch(() => "");
  const urls = new Map<string, string>();
  let remote: string | undefined;
  for (const line of config.split(/\r?\n/)) {
    const section = /^\s*\[(.*)\]\s*$/.exec(line)?.[1];
    if (section !== undefined) remote = /^remote "(.+)"$/.exec(section)?.[1];
    const url = /^\s*url\s*=\s*(.+?)\s*$/.exec(line)?.[1];
    if (remote !== undefined && url !== undefined && !urls.has(remote)) urls.set(remote, url);
  }
  const url = urls.get("origin") ?? (urls.size === 1 ? [...urls.values()][0] : undefined);
  return url === undefined ? undefined : await normalized(url, root);
}

// In a linked work tree or a submodule, `.git` is a file that names the real folder.
async function commonFolder(root: string): Promise<string> {
  const dotGit = join(root, ".git");
  const pointer = await readFile(dotGit, "utf8").catch(() => undefined);
  const named = pointer === undefined ? undefined : /^gitdir: (.+?)\s*$/m.exec(pointer)?.[1];
  const folder = named === undefined ? dotGit : resolve(root, named);
  const common = await readFile(join(folder, "commondir"), "utf8").catch(() => undefined);
  return common === undefined ? folder : resolve(folder, common.trim());
}

/** `git@host:group/project.git`, `https://user:token@host/group/project` and so on: one name, without credentials. */
async function normalized(url: string, root: string): Promise<string> {
  const plain = url.replace(/\/+$/, "").replace(/\.git$/, "");
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/@]*@)?([^/]*)\/(.*)$/i.exec(plain);
  if (withScheme !== null && withScheme[1] !== "") {
    const [, host = "", path = ""] = withScheme;
    return `${host.replace(/:\d+$/, "").toLowerCase()}/${path}`;
  }
  const likeScp = /^(?:[^/@]*@)?([^/:]{2,}):(?!\/\/)(.*)$/.exec(plain);
  if (likeScp !== null) return `${String(likeScp[1]).toLowerCase()}/${String(likeScp[2]).replace(/^\/+/, "")}`;
  const local = resolve(root, plain.replace(/^file:\/\//, ""));
  return await realpath(url.replace(/^file:\/\//, "")).catch(() => local);
}
