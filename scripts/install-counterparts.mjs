// Installs what the tests want beyond npm: programs that nobody here wrote, to test against. Debian and Ubuntu, as root;
// elsewhere it says what to install by hand. Tests whose counterpart is missing are skipped and say so.
import { accessSync, constants } from "node:fs";
import path from "node:path";
import { main, run, SetUpError } from "./bootstrap.mjs";
import { installPrograms } from "./counterparts/programs.mjs";

/** Program, and the Debian package that brings it. */
const counterparts = [
  ["age", "age", "opens the files that writeback-local seals"],
  ["gnome-keyring-daemon", "gnome-keyring", "a Secret Service, for the keychain tests"],
  ["chromium", "chromium", "a browser, for the page of @tokenward/report"],
  ["exim4", "exim4-daemon-light", "a mail server, for notifier-smtp"],
  ["dbus-run-session", "dbus", "the message bus that the Secret Service is reached on"],
  ["dbus-launch", "dbus-x11", "starts a message bus where there is no session"],
  ["zsh", "zsh", "a shell, for its completion script"],
  ["fish", "fish", "a shell, for its completion script"],
  ["secret-tool", "libsecret-tools", "reads from the Secret Service what writeback-local wrote"],
];

await main(async () => {
  await installPackages();
  await installPrograms();
  process.stdout.write("All counterparts are installed.\n");
  return 0;
});

async function installPackages() {
  const missing = counterparts.filter(([program]) => !onPath(program));
  if (missing.length === 0) return;
  const packages = missing.map(([, name]) => name);
  if (!onPath("apt-get") || process.getuid?.() !== 0) {
    const list = missing.map(([program, name, purpose]) => `  ${program} (Debian: ${name}): ${purpose}\n`).join("");
    throw new SetUpError(
      `This needs apt-get and root, so please install by hand:\n${list}Tests that want them are skipped until then.`,
    );
  }
  process.stdout.write(`Installing ${packages.join(", ")}...\n`);
  await aptGet("update", "-qq");
  await aptGet("install", "--yes", "-qq", "--no-install-recommends", ...packages);
  const still = missing.filter(([program]) => !onPath(program)).map(([program]) => program);
  if (still.length > 0) throw new SetUpError(`apt-get ran, but ${still.join(", ")} cannot be found.`);
}

async function aptGet(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const { code, output } = await run("apt-get", args, { env });
  if (code !== 0) throw new SetUpError(`apt-get ${args[0]} failed:\n${output.trim()}`);
}

function onPath(program) {
  // Servers are not on the path of everybody.
  return [...(process.env.PATH ?? "").split(path.delimiter), "/usr/sbin"].some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
