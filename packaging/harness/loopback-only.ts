import path from "node:path";
import { pathToFileURL } from "node:url";
import type { EmptyProject, EmptyProjectRun } from "./empty-project.ts";

// Runs before anything else: an example that would reach out ends here, before a byte is sent.
const guard = `
import net from "node:net";
const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : args;
  const host = typeof options === "object" ? (typeof options.path === "string" ? "localhost" : (options.host ?? "localhost")) : args[1];
  if (typeof host === "string" && !/^(localhost|127\\.[0-9.]+|::1)$/.test(host)) {
    process.stderr.write("contacts " + host + ", which is not this machine\\n");
    process.exit(97);
  }
  return connect.apply(this, args);
};
`;

/** Options for a run in which a connection to another machine ends the program with 97. */
export async function loopbackOnly(project: EmptyProject, env: EmptyProjectRun["env"] = {}): Promise<EmptyProjectRun> {
  await project.write("node_modules/.loopback-only.mjs", guard);
  return {
    env: {
      ...env,
      NODE_OPTIONS: `--import=${pathToFileURL(path.join(project.folder, "node_modules", ".loopback-only.mjs")).href}`,
    },
  };
}
