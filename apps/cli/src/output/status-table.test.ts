import type { RefreshStatus } from "@tokenward/core";
import { expect, it } from "vitest";
import type { Output } from "./output.ts";
import { statusTable } from "./status-table.ts";

const now = new Date(2026, 10, 22, 19, 30);
const calm = { writeBacks: [], notifiers: [], installation: [] };
const ignore = (): undefined => undefined;
const marked: Output = {
  json: false,
  columns: 80,
  live: false,
  data: ignore,
  note: ignore,
  transient: ignore,
  style: (format, text) => (String(format).includes("red") ? `!${text}!` : text),
  close: ignore,
};

function status(platform: string, more: Partial<RefreshStatus> = {}): RefreshStatus {
  return { platform, action: "healthy", alert: false, detail: "It works.", judged: true, ...more };
}

it("shows what needs a human loudest, with its code", () => {
  const expiresAt = new Date(2026, 10, 22, 21, 30);
  const dead = {
    action: "reauth-required",
    alert: true,
    severity: "critical",
    code: "ERR_AUTH_REAUTH_REQUIRED",
  } as const;
  const statuses = [status("youtube", { expiresAt }), status("tiktok", { ...dead, account: "a", detail: "Consent." })];
  expect(statusTable({ ...calm, statuses }, {}, marked, now)).toBe(
    `GRANT     ACTION           VALID UNTIL     RE-AUTH BY
youtube   healthy          in 2 h (21:30)  -
  It works.
tiktok/a  !reauth-required!  -               -
  !Consent. [ERR_AUTH_REAUTH_REQUIRED]!

2 grants: 1 healthy, 1 reauth-required. Needs attention: tiktok/a.`,
  );
});

it("names only the first of many", () => {
  const statuses = Array.from({ length: 1000 }, (_, index) => status(`p${index}`, { alert: true, action: "failed" }));
  const lines = statusTable({ ...calm, statuses }, {}, marked, now).split("\n");
  expect(lines.slice(-2).join(" ")).toContain("1000 grants: 1000 failed. Needs attention: p0, p1,");
  expect(lines.at(-1)).toMatch(/p9, and 990 more\.$/);
});

it("names a write-back's own credential that ends, also where no grant needs anything", () => {
  const credentialExpiresAt = new Date(2026, 11, 1);
  const writeBacks = [
    { writeBack: "gitlab", credentialExpiresAt, alert: true, severity: "warn" as const, detail: "It ends." },
    { writeBack: "aws", credentialExpiresAt, alert: false, detail: "It is good." },
  ];
  const lines = statusTable({ ...calm, statuses: [status("tiktok")], writeBacks }, {}, marked, now).split("\n");
  expect(lines.at(-1)).toBe("1 grant: 1 healthy. Needs attention: the credential of gitlab.");
});

it("names a notifier that fails and a memory that was lost", () => {
  const notifiers = [
    { notifier: "webhook", delivered: 0, waiting: 1, alert: true, detail: "It is gone." },
    { notifier: "smtp", delivered: 1, waiting: 0, alert: false, detail: "It took 1 message." },
  ];
  const installation = [{ alert: true, detail: "It is gone." }];
  const lines = statusTable({ ...calm, statuses: [status("tiktok")], notifiers, installation }, {}, marked, now);
  expect(lines.split("\n").slice(-2).join(" ")).toBe(
    "1 grant: 1 healthy. Needs attention: the notifier webhook, this machine's memory.",
  );
});
