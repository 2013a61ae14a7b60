import { chmod, mkdtemp, readFile, realpath, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import type { Backend, Fault } from "../backend.ts";
import { findProgram } from "../programs.ts";
import { documentedScript } from "./documented-script.ts";
import { makeAgeKey, sops, sopsProgram } from "./program.ts";
import { makeRepository, type GitTrouble, type Repository } from "./repository.ts";

export { documentedScript } from "./documented-script.ts";
export {
  makeAgeKey,
  runProgram,
  sops,
  sopsProgram,
  trySops,
  type AgeKey,
  type ProgramEnd,
  type SopsCall,
} from "./program.ts";
export { makeRepository, type GitTrouble, type Repository } from "./repository.ts";

/** Why it cannot be started here; `undefined`: it can. */
export function unavailable(): string | undefined {
  if (process.platform === "win32") return "the git server of these tests is a shell script";
  if (sopsProgram() === undefined) return "sops is not installed (scripts/install-counterparts.mjs)";
  return findProgram("git") === undefined ? "git is not installed" : undefined;
}

const ofGit: readonly GitTrouble[] = [
  "forbidden",
  "read-only",
  "quota",
  "throttled",
  "unavailable",
  "timeout",
  "reset",
];

const notes: Readonly<Record<Fault, string>> = {
  unauthorized: "the age key is gone; it is needed for reading, too",
  forbidden: "the git server lets this key fetch, but not push",
  "not-found": "the file is gone; it cannot be read, either",
  conflict: "somebody else has pushed another version of the file",
  throttled: "the git server asks for patience",
  unavailable: "the git server has a problem of its own",
  timeout: "the push never ends",
  reset: "the connection to the git server ends in the middle",
  "read-only": "the repository is archived",
  quota: "the repository has reached its size limit",
  "value-rejected": "the file was encrypted anew under a rule that leaves tokens in the clear",
};

/** A checkout with one encrypted file that the documented script publishes, for scenarios. */
export async function startSopsBackend(): Promise<Backend & { readonly repository: Repository }> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "tokenward-sops-")));
  const checkout = join(folder, "checkout");
  const file = join(checkout, "tokens.enc.yaml");
  const aside = join(folder, "aside");
  const script = join(folder, "publish-tokens");
  await writeFile(script, await documentedScript());
  await chmod(script, 0o755);
  const key = await makeAgeKey(join(folder, "age.txt"));
  const call = { folder, keys: key.file };
  const encrypt = async (plain: string, ...rules: readonly string[]): Promise<string> => {
    const args = ["encrypt", "--filename-override", "tokens.enc.yaml", "--age", key.recipient, ...rules];
    return await sops(args, { ...call, input: plain });
  };
  const decrypt = async (sealed: string, to: "json" | "yaml"): Promise<string> =>
    await sops(["decrypt", "--input-type", "yaml", "--output-type", to], { ...call, input: sealed });
  const first = await encrypt("# tokens of the posting job\ndatabase: a password of somebody else\n");
  const repository = await makeRepository(join(folder, "server"), "tokens.enc.yaml", first);
  await repository.checkOut(checkout);

  let mend: (() => Promise<void>) | undefined;
  return {
    name: "sops",
    repository,
    writeback: { backend: "sops", sops: { file, publish: [script] } },
    env: {
      ...repository.env,
      PATH: [dirname(sopsProgram() ?? ""), process.env["PATH"] ?? ""].join(delimiter),
      SOPS_AGE_KEY_FILE: key.file,
    },
    fail: async (fault, during) => {
      const trouble = ofGit.find((name) => name === fault);
      if (trouble !== undefined) {
        await repository.trouble(trouble, during);
        mend = async () => await repository.trouble(undefined, during);
      } else if (fault === "conflict") {
        const before = await repository.tip();
        await repository.pushElsewhere(await encrypt("database: another password\n"));
        mend = async () => await repository.resetTo(before);
      } else if (fault === "value-rejected") {
        const plain = await decrypt(await readFile(file, "utf8"), "yaml");
        await writeFile(`${aside}.new`, await encrypt(plain, "--encrypted-regex", "^database$"));
        await rename(file, aside);
        await rename(`${aside}.new`, file);
        mend = async () => await rename(aside, file);
      } else {
        const which = fault === "unauthorized" ? key.file : file;
        await rename(which, aside);
        mend = async () => await rename(aside, which);
      }
    },
    heal: async () => {
      await mend?.();
      mend = undefined;
    },
    faultNote: (fault) => notes[fault],
    refreshToken: async (grant) => {
      let branch: unknown = JSON.parse(await decrypt(await repository.published(), "json"));
      for (const name of [...grant.split("/"), "refresh_token"])
        branch = (branch as Record<string, unknown> | undefined)?.[name];
      return branch as string | undefined;
    },
    seed: async (grant, refreshToken) => {
      const index = [...grant.split("/"), "refresh_token"].map((name) => `[${JSON.stringify(name)}]`).join("");
      await sops(["set", "--value-stdin", file, index], { ...call, input: JSON.stringify(refreshToken) });
      const as = ["-c", "user.name=somebody", "-c", "user.email=somebody@localhost"];
      await repository.git(checkout, ...as, "commit", "--quiet", "--all", "--message", `Consent to ${grant}`);
      await repository.git(checkout, "push", "--quiet", "origin", "HEAD:refs/heads/main");
    },
    close: async () => await rm(folder, { recursive: true, force: true }),
  };
}
