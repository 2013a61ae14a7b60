import { isSecret, type AlertPolicy, type Heartbeat, type Secret } from "@tokenward/core";
import { checkKeys } from "./check-keys.ts";
import type { ConfigPath } from "./problem.ts";
import type { Reading } from "./reading.ts";
import { resolveReferences } from "./references.ts";
import { alertPolicyShape, heartbeatSchema, type AlertPolicyKeys } from "./schema.ts";
import { checkBlock } from "./schema-problems.ts";

/** What `auth.alerts` says beside its notifiers. */
export interface AlertRules {
  readonly policy: Pick<AlertPolicy, "routes" | "remindEvery" | "quietHours">;
  readonly heartbeat: Heartbeat | undefined;
}

/** Reads the keys of `auth.alerts` that are no notifier's. */
export function readAlertRules(block: Readonly<Record<string, unknown>>, at: ConfigPath, reading: Reading): AlertRules {
  const { heartbeat: _, ...shape } = alertPolicyShape;
  const keys = checkKeys<Omit<AlertPolicyKeys, "heartbeat">>(shape, block, at, {}, reading);
  return {
    policy: {
      routes: keys.routes,
      remindEvery: keys.remind_every === "never" ? false : keys.remind_every,
      quietHours: keys.quiet_hours,
    },
    heartbeat: readHeartbeat(block["heartbeat"], [...at, "heartbeat"], reading),
  };
}

function readHeartbeat(written: unknown, at: ConfigPath, reading: Reading): Heartbeat | undefined {
  if (written === undefined) return undefined;
  // { file: path } is a secret itself; what has a `url` is the long form.
  const long = typeof written === "object" && written !== null && !isSecret(written) && !("file" in written);
  const paths = long ? ["url", "start_url", "failure_url"] : [""];
  const resolved = resolveReferences(written, at, { paths, literalAddressIsWarning: true }, reading);
  const checked = checkBlock<{ readonly url: Secret }>(heartbeatSchema, {
    reading,
    resolved: long ? resolved : { ...resolved, value: { url: resolved.value } },
    at,
    known: ["url", "start_url", "failure_url", "allow_private"],
    ...(long ? {} : { origin: () => at }),
  });
  if (checked === undefined) return undefined;
  const { url, start_url, failure_url, allow_private } = checked as {
    readonly url: Secret;
    readonly start_url?: Secret;
    readonly failure_url?: Secret;
    readonly allow_private?: boolean;
  };
  return { url, startUrl: start_url, failureUrl: failure_url, allowPrivate: allow_private };
}
