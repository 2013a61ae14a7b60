import type { NotifierStatus, RefreshReport, RefreshStatus, WriteBackStatus } from "@tokenward/core";

/** The one JSON document of a run. Every key is always there; what is unknown is null; times are RFC 3339. */
export function reportDocument(
  report: RefreshReport,
  view: { readonly refreshedAt?: boolean | undefined } = {},
): string {
  return document({
    dry_run: report.dryRun,
    alert: report.alert,
    statuses: report.statuses.map((status) => ({
      ...statusDocument(status),
      ...(view.refreshedAt === true ? { refreshed_at: time(status.refreshedAt) } : {}),
    })),
    write_backs: report.writeBacks.map((status) => credentialDocument(status)),
    notifiers: report.notifiers.map((status) => notifierDocument(status)),
    installation: report.installation.map(({ alert, code, detail }) => ({ alert, code: code ?? null, detail })),
  });
}

/** What became of a notifier's messages, as data. */
export function notifierDocument(status: NotifierStatus): Record<string, unknown> {
  const { notifier, delivered, waiting, alert, code, detail } = status;
  return { notifier, delivered, waiting, alert, code: code ?? null, detail };
}

/** What is known about a write-back's own credential, as data. */
export function credentialDocument(status: WriteBackStatus): Record<string, unknown> {
  return {
    write_back: status.writeBack,
    credential_expires_at: time(status.credentialExpiresAt),
    alert: status.alert,
    code: status.code ?? null,
    detail: status.detail,
  };
}

/** Data as the CLI prints JSON: one document, indented. */
export function document(data: unknown): string {
  return JSON.stringify(data, undefined, 2);
}

function statusDocument(status: RefreshStatus): Record<string, unknown> {
  return {
    platform: status.platform,
    account: status.account ?? null,
    action: status.action,
    would: status.would ?? null,
    expires_at: time(status.expiresAt),
    reauth_by: time(status.reauthBy),
    refreshable: status.refreshable ?? null,
    alert: status.alert,
    code: status.code ?? null,
    detail: status.detail,
  };
}

/** RFC 3339, or null. */
export function time(date: Date | undefined): string | null {
  return date?.toISOString() ?? null;
}
