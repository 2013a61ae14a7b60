import type { Backend, Fault } from "../backend.ts";
import { startGitlabServer, type GitlabServer, type SeenRequest, type Trouble } from "./server.ts";

export { startGitlabServer, type GitlabServer, type SeenRequest, type Trouble } from "./server.ts";
export { VariableStore, type StoredVariable } from "./variables.ts";

/** It runs in this process, so it always can be started. */
export function unavailable(): string | undefined {
  return undefined;
}

const troubles: Readonly<Record<Fault, Trouble>> = {
  unauthorized: { answer: { status: 401, body: { message: "401 Unauthorized" } } },
  forbidden: { answer: { status: 403, body: { message: "403 Forbidden" } } },
  "not-found": { answer: { status: 404, body: { message: "404 Project Not Found" } } },
  conflict: {
    answer: {
      status: 409,
      body: {
        message: "There are multiple variables with provided parameters. Please use 'filter[environment_scope]'",
      },
    },
  },
  throttled: { answer: { status: 429, body: "Retry later\n" }, headers: { "retry-after": "1" } },
  unavailable: { answer: { status: 503, body: "<html>GitLab is not responding</html>" } },
  timeout: { hang: true },
  reset: { drop: true },
  "read-only": {
    answer: { status: 403, body: { message: "You cannot perform write operations on a read-only instance" } },
  },
  quota: {
    answer: { status: 400, body: { message: { base: ["Maximum number of project ci variables (8000) exceeded"] } } },
  },
  "value-rejected": { answer: { status: 400, body: { message: { value: ["is invalid"] } } } },
};

/** A GitLab with one project, for scenarios. */
export async function startGitlabBackend(): Promise<Backend & { readonly server: GitlabServer }> {
  const server = await startGitlabServer();
  const { variables } = server.project;
  return {
    name: "gitlab",
    server,
    writeback: {
      backend: "gitlab",
      gitlab: { url: server.url, project: server.project.path, token: "${GITLAB_WRITEBACK_TOKEN}", timeout: 2000 },
    },
    env: { GITLAB_WRITEBACK_TOKEN: server.token },
    fail: async (fault, during) => {
      await Promise.resolve();
      const onlyWrites = fault === "read-only" || fault === "quota" || fault === "value-rejected";
      server.trouble = (request) => {
        const concerned = during === "save" ? changesToken(request) : !onlyWrites || request.method !== "GET";
        return concerned ? troubles[fault] : undefined;
      };
    },
    heal: async () => {
      await Promise.resolve();
      server.trouble = undefined;
    },
    faultNote: (fault) =>
      fault === "read-only" || fault === "quota" || fault === "value-rejected"
        ? "GitLab still lets itself be read"
        : undefined,
    refreshToken: async (grant) => {
      await Promise.resolve();
      return variables.find(`${prefixOf(grant)}_REFRESH_TOKEN`)?.value;
    },
    seed: async (grant, refreshToken) => {
      await Promise.resolve();
      const key = `${prefixOf(grant)}_REFRESH_TOKEN`;
      variables.create({ key, value: refreshToken, masked: true, raw: true });
    },
    close: async () => await server.close(),
  };
}

function changesToken({ method, path, body }: SeenRequest): boolean {
  if (method === "GET") return false;
  const created = typeof body === "object" && body !== null ? (body as { readonly key?: unknown }).key : undefined;
  return (typeof created === "string" ? created : path).endsWith("_TOKEN");
}

// GitLab knows nothing of grants; this is the specification's naming rule, written a second time on purpose.
function prefixOf(grant: string): string {
  return grant.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_");
}
