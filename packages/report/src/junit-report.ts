import type { RefreshReport, RefreshStatus } from "@tokenward/core";
import { escaped } from "./escape.ts";
import type { ReportOptions } from "./options.ts";
import { nameOf } from "./words.ts";

/** One line of the test report. */
interface Case {
  readonly group: string;
  readonly name: string;
  readonly outcome: "passed" | "failed" | "skipped";
  readonly type: string;
  readonly detail: string;
}

/** A report as JUnit XML, which GitLab and GitHub show beside a pipeline's tests. A grant that needs a human is a failure. */
export function junitReport(report: RefreshReport, { at, host, title = "tokens" }: ReportOptions): string {
  const cases = [...report.statuses.map((status) => caseOf(status)), ...surroundings(report)];
  const failures = cases.filter(({ outcome }) => outcome === "failed").length;
  const skipped = cases.filter(({ outcome }) => outcome === "skipped").length;
  const counts = `tests="${cases.length}" failures="${failures}" errors="0" skipped="${skipped}" time="0"`;
  const named = host === undefined ? "" : ` hostname="${escaped(host)}"`;
  const time = at.toISOString().slice(0, 19);
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="tokenward" ${counts}>
<testsuite name="${escaped(title)}" ${counts} timestamp="${time}"${named}>
<properties>
<property name="dry_run" value="${report.dryRun}"/>
<property name="exit_code" value="${report.exitCode}"/>
</properties>
${cases.map((one) => xmlOf(one)).join("\n")}
</testsuite>
</testsuites>
`;
}

function caseOf(status: RefreshStatus): Case {
  const { platform, alert, action, code, detail } = status;
  const outcome = alert ? "failed" : action === "skipped" ? "skipped" : "passed";
  return { group: platform, name: nameOf(status), outcome, type: code ?? action, detail };
}

function surroundings({ writeBacks, notifiers, installation }: RefreshReport): readonly Case[] {
  const outcome = (alert: boolean): Case["outcome"] => (alert ? "failed" : "passed");
  return [
    ...writeBacks.map(({ writeBack, alert, code, detail }): Case => {
      return {
        group: "write-back",
        name: `credential of ${writeBack}`,
        outcome: outcome(alert),
        type: code ?? "ends",
        detail,
      };
    }),
    ...notifiers.map(({ notifier, alert, code, detail }): Case => {
      return { group: "notifier", name: notifier, outcome: outcome(alert), type: code ?? "failed", detail };
    }),
    ...installation.map(({ alert, code, detail }): Case => {
      return { group: "installation", name: "memory", outcome: outcome(alert), type: code ?? "state-lost", detail };
    }),
  ];
}

function xmlOf({ group, name, outcome, type, detail }: Case): string {
  const open = `<testcase classname="${escaped(group)}" name="${escaped(name)}" time="0"`;
  const text = escaped(detail);
  if (outcome === "failed")
    return `${open}><failure type="${escaped(type)}" message="${text}">${text}</failure></testcase>`;
  if (outcome === "skipped") return `${open}><skipped message="${text}"/></testcase>`;
  return `${open}><system-out>${text}</system-out></testcase>`;
}
