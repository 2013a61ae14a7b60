// Programs to test against that no package of the system brings: each in a pinned version, in .counterparts/ of this
// repository, which git ignores. What is there already stays.
import { accessSync, constants, mkdirSync, renameSync } from "node:fs";
import path from "node:path";
import { root, run, SetUpError } from "../bootstrap.mjs";

const folder = path.join(root, ".counterparts");

/** Name, where it ends up, and how it gets there. What is optional only repeats what another counterpart judges. */
export const programs = [
  {
    name: "moto_server",
    purpose: "an AWS Secrets Manager, for writeback-aws",
    needs: "python3 with venv, and pip's package index",
    file: path.join(folder, "moto", "bin", "moto_server"),
    install: async (file) => {
      const home = path.dirname(path.dirname(file));
      await succeed("python3", ["-m", "venv", "--clear", home]);
      await succeed(path.join(home, "bin", "pip"), ["install", "--quiet", "moto[server]==5.2.4"]);
    },
  },
  {
    name: "sops",
    purpose: "the real sops, for writeback-sops",
    needs: "Go 1.25.8 or newer, and its module proxy",
    file: path.join(folder, "bin", "sops"),
    install: async (file) => {
      const env = { ...process.env, GOBIN: path.dirname(file) };
      await succeed("go", ["install", "github.com/getsops/sops/v3/cmd/sops@v3.13.2"], { env });
    },
  },
  {
    name: "gcp-secret-manager-emulator",
    purpose: "a second opinion, for writeback-gcp",
    needs: "Go 1.24 or newer, and a module proxy that has it",
    optional: true,
    file: path.join(folder, "bin", "gcp-secret-manager-emulator"),
    install: async (file) => {
      const env = { ...process.env, GOBIN: path.dirname(file) };
      await succeed("go", ["install", "github.com/blackwell-systems/gcp-secret-manager-emulator/cmd/server@v1.3.0"], {
        env,
      });
      renameSync(path.join(path.dirname(file), "server"), file);
    },
  },
];

/** Installs what is missing, one after the other. */
export async function installPrograms() {
  for (const { name, purpose, needs, optional = false, file, install } of programs) {
    if (isExecutable(file)) continue;
    process.stdout.write(`Installing ${name} (${purpose})...\n`);
    mkdirSync(path.dirname(file), { recursive: true });
    try {
      await install(file);
    } catch (error) {
      if (optional) {
        process.stdout.write(`  left out; it needs ${needs}. The tests that want it say that they are skipped.\n`);
        continue;
      }
      throw new SetUpError(`${name} could not be installed; it needs ${needs}:\n${error.message}`);
    }
    if (!isExecutable(file)) throw new SetUpError(`${name} was installed, but ${file} is not there.`);
  }
}

async function succeed(program, args, options) {
  const { code, output } = await run(program, args, options);
  if (code !== 0) throw new Error(output.trim().split("\n").slice(-5).join("\n"));
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
