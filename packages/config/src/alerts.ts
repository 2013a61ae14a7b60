import type { Heartbeat, NamedNotifier } from "@tokenward/core";
import { readAlertRules, type AlertRules } from "./alert-policy.ts";
import { adopt, configure, created, loadNamed, optionsKey, reportOtherKeys } from "./backend.ts";
import { closest } from "./closest.ts";
import { createdPlugin } from "./created-plugin.ts";
import type { PluginLoader } from "./load-plugin.ts";
import type { ConfigPath } from "./problem.ts";
import type { Reading } from "./reading.ts";
import { alertPolicyShape, type AlertKeys } from "./schema.ts";

/** What `auth.alerts` configures. */
export interface Alerts {
  readonly notifiers: readonly NamedNotifier[];
  readonly policy: AlertRules["policy"];
  readonly heartbeat: Heartbeat | undefined;
}

const at: ConfigPath = ["auth", "alerts"];

/** Reads `auth.alerts`. */
export async function readAlerts(
  alerts: AlertKeys | undefined,
  plugins: PluginLoader,
  reading: Reading,
): Promise<Alerts> {
  if (alerts === undefined) return { notifiers: [], policy: {}, heartbeat: undefined };
  const block: AlertKeys = createdPlugin(alerts) ? { backend: alerts as never } : alerts;
  const { policy, heartbeat } = readAlertRules(block, at, reading);
  const { backend = "none", ...others } = block;
  const rules = Object.keys(alertPolicyShape);
  const blocks = Object.fromEntries(Object.entries(others).filter(([key]) => !rules.includes(key)));
  const list = Array.isArray(backend);
  const entries = ((list ? backend : [backend]) as readonly (string | object)[]).filter((entry) => entry !== "none");
  const names = entries.map((entry) => (typeof entry === "string" ? entry : (createdPlugin(entry)?.name ?? "own")));
  const named = entries.filter((entry) => typeof entry === "string");
  reportOtherKeys("notifier", Object.keys(blocks), named.map(optionsKey), at, plugins, reading);
  const notifiers = await Promise.all(
    names.map(async (name, index): Promise<NamedNotifier | undefined> => {
      const path = [...at, "backend", ...(list ? [String(index)] : [])];
      if (names.indexOf(name) < index) {
        reading.report.mistake({ path, message: `\`${name}\` is there twice.`, fix: "Keep one of them." });
        return undefined;
      }
      const own = createdPlugin(entries[index]);
      const found = own
        ? adopt("notifier", own, path, plugins, reading)
        : await loadNamed("notifier", name, path, plugins, reading);
      if (found === undefined) return undefined;
      const place = own ? path : [...at, optionsKey(name)];
      const options = own ? own.options : (blocks as AlertKeys)[optionsKey(name)];
      const notifier = created(configure(found, name, options, place, reading), place, reading);
      return notifier && { name, notifier };
    }),
  );
  for (const [severity, wanted] of Object.entries(policy.routes ?? {}))
    reportUnknownRoutes(severity, wanted ?? [], names, reading);
  return { notifiers: notifiers.filter((notifier) => notifier !== undefined), policy, heartbeat };
}

function reportUnknownRoutes(
  severity: string,
  wanted: readonly string[],
  names: readonly string[],
  reading: Reading,
): void {
  for (const [index, name] of wanted.entries()) {
    if (names.includes(name)) continue;
    const near = closest(name, names);
    reading.report.mistake({
      path: [...at, "routes", severity, String(index)],
      message: `\`${name}\` is not among the notifiers of \`auth.alerts.backend\`.`,
      fix:
        near === undefined ? `Add it there, or use one of: ${names.join(", ") || "none yet"}.` : `Write \`${near}\`.`,
    });
  }
}
