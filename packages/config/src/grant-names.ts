import { environmentName, environmentPrefix, parseGrantId, type GrantId } from "@tokenward/core";
import type { ConfigPath } from "./problem.ts";
import type { Report } from "./reading.ts";

/** `all` and every word that can follow `tokenward auth`. */
export const reserved: ReadonlySet<string> = new Set([
  "all",
  "forget",
  "import",
  "move",
  "recover",
  "refresh",
  "revoke",
  "rotate-secret",
  "scopes",
  "status",
  "verify",
]);

/** Reports a platform that cannot be called so. */
export function checkPlatformName(platform: string, at: ConfigPath, report: Report): boolean {
  if (reserved.has(platform)) {
    const message = `\`${platform}\` is a word of the command line and cannot name a platform.`;
    report.mistake({
      path: at,
      message,
      fix: `Choose another name, such as \`${platform}-app\`, and name its refresher.`,
    });
    return false;
  }
  // An account's pattern would let `platform/account` pass for the name of a platform.
  const id = platform.replaceAll("/", " ");
  return checkShape(id, at, report, "A platform is lower-case letters, digits and hyphens, such as `acme-crm`.");
}

/** Reports an account that cannot be called so. */
export function checkAccountName(account: string, at: ConfigPath, report: Report): boolean {
  const fix = "An account is letters, digits, dots, hyphens and underscores, beginning with a letter or digit.";
  return checkShape(`platform/${account}`, at, report, fix);
}

function checkShape(id: string, at: ConfigPath, report: Report, fix: string): boolean {
  try {
    parseGrantId(id);
    return true;
  } catch {
    report.mistake({ path: at, message: `\`${at.at(-1)}\` cannot be part of a grant's name.`, fix });
    return false;
  }
}

/** A grant and the prefix of its environment variables, where the file sets one. */
export interface EnvironmentUser {
  readonly id: GrantId;
  readonly prefix?: string | undefined;
  readonly at: ConfigPath;
}

/**
 * Reports grants whose tokens would be read from the same environment variables. Equal prefixes are the only way:
 * no field's name ends with another's after an underscore.
 */
export function checkEnvironmentNames(users: readonly EnvironmentUser[], report: Report): void {
  const owners = new Map<string, GrantId>();
  for (const { id, prefix, at } of users) {
    const effective = prefix ?? environmentPrefix(id);
    const owner = owners.get(effective);
    if (owner === undefined) {
      owners.set(effective, id);
      continue;
    }
    const name = environmentName(id, "REFRESH_TOKEN", effective);
    report.mistake({
      path: at,
      message: `${id} and ${owner} would both read their token from ${name}.`,
      fix: "Give one of them its own prefix with `env`.",
    });
  }
}
