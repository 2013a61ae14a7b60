import { createHash } from "node:crypto";
import type { RefreshReport, RefreshStatus } from "@tokenward/core";
import { escaped } from "./escape.ts";
import { grantCard } from "./grant-card.ts";
import { headlineOf } from "./headline.ts";
import type { ReportOptions } from "./options.ts";
import { style } from "./style.ts";
import { legend } from "./time-line.ts";
import { byUrgency, levelOf, levels, levelWords } from "./urgency.ts";
import { counted, minuteOf } from "./words.ts";

// More than a screenful or two: then those that are fine are folded away.
const mostUnfolded = 30;

/**
 * A report as one page: no script, nothing from elsewhere, for a browser, a phone, a mail attachment or paper.
 *
 * @example
 * ```ts
 * import type { RefreshReport } from "@tokenward/core";
 * import { htmlReport } from "@tokenward/report";
 *
 * export const pageOf = (report: RefreshReport): string => htmlReport(report, { at: new Date() });
 * ```
 */
export function htmlReport(report: RefreshReport, options: ReportOptions): string {
  const { at, host, title = "Tokens" } = options;
  const hash = createHash("sha256").update(style).digest("base64");
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${escaped(title)}: ${escaped(headlineOf(report, at))}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escaped(title)}${report.dryRun ? " (read only: nothing was refreshed)" : ""}</h1>
<p class="headline">${escaped(headlineOf(report, at))}</p>
<p class="when">${minuteOf(at)}${host === undefined ? "" : `, ${escaped(host)}`}</p>
${countsOf(report)}
${surroundingsOf(report)}
${grantsOf(report, at)}
</main>
</body>
</html>
`;
}

function countsOf({ statuses }: RefreshReport): string {
  if (statuses.length === 0) return "";
  const items = levels.flatMap((level) => {
    const count = statuses.filter((status) => levelOf(status) === level).length;
    return count === 0 ? [] : [`<li class="${level}">${count} ${levelWords[level].toLowerCase()}</li>`];
  });
  return `<ul class="counts">${items.join("")}</ul>`;
}

/** What is the matter beside the grants; nothing where nothing is. */
function surroundingsOf({ writeBacks, notifiers, installation }: RefreshReport): string {
  const items = [
    ...installation.filter(({ alert }) => alert).map((one) => ({ ...one, name: "This machine's memory" })),
    ...notifiers.filter(({ alert }) => alert).map((one) => ({ ...one, name: `Notifier ${one.notifier}` })),
    ...writeBacks.filter(({ alert }) => alert).map((one) => ({ ...one, name: `Credential of ${one.writeBack}` })),
  ].map(({ name, severity = "page", detail, code }) => {
    const reason = `${escaped(detail)}${code === undefined ? "" : ` <span class="code">${escaped(code)}</span>`}`;
    return `<li class="grant ${severity}"><h3>${escaped(name)}<span class="action"><span class="badge">${levelWords[severity]}</span></span></h3><p class="detail">${reason}</p></li>`;
  });
  return items.length === 0 ? "" : `<h2>Around the grants</h2>\n<ul class="grants">${items.join("\n")}</ul>`;
}

function grantsOf({ statuses }: RefreshReport, now: Date): string {
  if (statuses.length === 0) return "";
  const sorted = byUrgency(statuses);
  const parts = [`<h2>Grants</h2>`, legend()];
  if (sorted.length <= mostUnfolded) return [...parts, list(sorted, now)].join("\n");
  const needing = sorted.filter(({ alert }) => alert);
  const fine = Map.groupBy(
    sorted.filter(({ alert }) => !alert),
    ({ platform }) => platform,
  );
  if (needing.length > 0) parts.push(list(needing, now));
  for (const [platform, group] of fine) {
    parts.push(
      `<details><summary>${escaped(platform)}: ${counted(group.length, "grant")}, nothing to do</summary>\n${list(group, now)}\n</details>`,
    );
  }
  return parts.join("\n");
}

function list(statuses: readonly RefreshStatus[], now: Date): string {
  return `<ul class="grants">\n${statuses.map((status) => grantCard(status, now)).join("\n")}\n</ul>`;
}
