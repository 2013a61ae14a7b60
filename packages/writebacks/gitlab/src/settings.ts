import { TokenwardError } from "@tokenward/core/plugin";
import type { Caller, GitlabApi } from "./gitlab-api.ts";
import { mostBytes, type Variable } from "./variable.ts";

/**
 * Refuses settings of a variable under which a rotated token might not be accepted, or might not arrive in a job as it
 * is, with the command that mends them.
 */
export function refuseSettings(variable: Variable, api: GitlabApi, caller: Caller): void {
  const { key } = variable;
  if (variable.masked && !variable.raw) {
    throw unfit(caller, {
      reason: `the variable ${key} is masked but not raw, so GitLab accepts only some characters in it, and the next token may have others`,
      remedy: `Make it raw, which keeps its value: \`${rawCommand(key, api)}\``,
    });
  }
}

/** Refuses tokens that no job could be started with. */
export function refuseLength(key: string, bytes: number, caller: Caller): void {
  if (key.length + 1 + bytes <= mostBytes) return;
  throw unfit(caller, {
    reason: `a value of ${bytes} bytes is longer than a job's environment can take in ${key} (${mostBytes})`,
    remedy: "Use another write-back for this grant (aws, gcp, sops)",
  });
}

/** A hidden variable whose value nothing here knows. */
export function hiddenError(key: string, caller: Caller, api: GitlabApi): TokenwardError {
  return unfit(caller, {
    reason: `the variable ${key} is hidden, GitLab shows its value to nobody, and the environment holds no token that its record calls current`,
    remedy: `Start a new pipeline, so that the job gets the current value; or delete ${key} in ${api.where} and import the token (\`tokenward auth import\`), which makes a masked one that can be read`,
  });
}

function unfit(caller: Caller, facts: { readonly reason: string; readonly remedy: string }): TokenwardError {
  return new TokenwardError(caller.code, { grant: caller.grant, ...facts }, { class: "write-back" });
}

function rawCommand(key: string, { url, where, scope }: GitlabApi): string {
  const [kind = "", id = ""] = where.split(" ");
  const address = `${url}/api/v4/${kind}s/${encodeURIComponent(id)}/variables/${key}`;
  const data = JSON.stringify({ raw: true, filter: { environment_scope: scope } });
  return `curl --fail --request PUT --header "PRIVATE-TOKEN: $GITLAB_TOKEN" --header 'Content-Type: application/json' '${address}' --data '${data}'`;
}
