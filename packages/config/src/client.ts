import {
  environmentPrefix,
  type Client,
  type GrantId,
  type Refresher,
  type Secret,
  type WriteBack,
} from "@tokenward/core";
import type { ConfigPath } from "./problem.ts";
import type { Report } from "./reading.ts";
import type { GrantKeys } from "./schema.ts";

/** Which names a platform or an account writes, whether or not what stands behind them is right. */
export interface ClientKeys {
  readonly id?: string | undefined;
  readonly secrets?: readonly Secret[] | undefined;
  readonly writesId: boolean;
  readonly writesSecret: boolean;
}

/** Reads id and secrets of the OAuth app under their several names. */
export function readClient(
  keys: GrantKeys,
  block: Readonly<Record<string, unknown>>,
  at: ConfigPath,
  report: Report,
): ClientKeys {
  for (const [first, second] of [
    ["client_id", "client_key"],
    ["client_secret", "client_secrets"],
  ] as const) {
    if (!Object.hasOwn(block, first) || !Object.hasOwn(block, second)) continue;
    const message = `\`${first}\` and \`${second}\` are two words for one thing.`;
    report.mistake({ path: [...at, second], message, fix: "Keep one of them." });
  }
  const secret = keys.client_secrets ?? keys.client_secret;
  return {
    id: keys.client_id ?? keys.client_key,
    secrets: secret === undefined || Array.isArray(secret) ? secret : [secret as Secret],
    writesId: Object.hasOwn(block, "client_id") || Object.hasOwn(block, "client_key"),
    writesSecret: Object.hasOwn(block, "client_secret") || Object.hasOwn(block, "client_secrets"),
  };
}

/** An account's client. A secret belongs to its app: an account with an id of its own takes no secret from above. */
export function inheritClient(own: ClientKeys, above: ClientKeys): ClientKeys {
  const secret = own.writesSecret || own.writesId ? own : above;
  const id = own.writesId ? own : above;
  return { id: id.id, writesId: id.writesId, secrets: secret.secrets, writesSecret: secret.writesSecret };
}

/** The client of a grant; what its refresher needs and nobody wrote is reported. */
export function clientOf(
  keys: ClientKeys,
  grant: GrantId,
  refresher: Refresher,
  writeBack: WriteBack,
  at: ConfigPath,
  report: Report,
): Client {
  const needs = refresher.client ?? (refresher.request === undefined ? "none" : "public");
  const prefix = environmentPrefix(grant);
  if ((needs === "public" || needs === "confidential") && !keys.writesId) {
    report.mistake({
      path: at,
      message: "`client_id`, the id of the OAuth app, is missing.",
      fix: `Add \`client_id: "\${${prefix}_CLIENT_ID}"\`, or the id itself: it is not a secret.`,
    });
  }
  // A write-back may keep the secrets, so that they can be rotated.
  if (needs === "confidential" && !keys.writesSecret && writeBack.readClient === undefined) {
    report.mistake({
      path: at,
      message: "`client_secret`, the secret of the OAuth app, is missing.",
      fix: `Add \`client_secret: "\${${prefix}_CLIENT_SECRET}"\`.`,
    });
  }
  return { id: keys.id ?? "", secrets: keys.secrets ?? [] };
}
