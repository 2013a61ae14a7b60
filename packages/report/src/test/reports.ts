import type { RefreshReport, RefreshStatus } from "@tokenward/core";

export const now: Date = new Date("2026-11-26T10:00:00Z");

const hour = 3_600_000;

/** So many hours from {@link now}. */
export function inHours(count: number): Date {
  return new Date(now.getTime() + count * hour);
}

/** A status that needs nothing. */
export function statusOf(changes: Partial<RefreshStatus> & Pick<RefreshStatus, "platform">): RefreshStatus {
  return {
    action: "healthy",
    alert: false,
    detail: "A new access token was minted: the grant works.",
    judged: true,
    ...changes,
  };
}

/** A report of these statuses. */
export function reportOf(statuses: readonly RefreshStatus[], changes: Partial<RefreshReport> = {}): RefreshReport {
  const alert = statuses.some((status) => status.alert);
  return {
    dryRun: false,
    alert,
    statuses,
    writeBacks: [],
    notifiers: [],
    installation: [],
    exitCode: alert ? 1 : 0,
    ...changes,
  };
}

/** One of everything that a run can find. */
export const everything: RefreshReport = reportOf(
  [
    statusOf({ platform: "youtube", account: "news", expiresAt: inHours(1), refreshedAt: inHours(-0.01) }),
    statusOf({
      platform: "tiktok",
      account: "brand-a",
      action: "reauth-required",
      alert: true,
      severity: "critical",
      code: "ERR_AUTH_REAUTH_REQUIRED",
      detail:
        "tiktok/brand-a needs a new consent: TikTok refused its token (invalid_grant). Consent again: `tokenward auth tiktok/brand-a` says where, and how to hand the new token over.",
      expiresAt: inHours(-3),
      refreshedAt: inHours(-24 * 9),
    }),
    statusOf({
      platform: "linkedin",
      action: "reauth-required",
      alert: true,
      severity: "warn",
      detail: "LinkedIn token expires in 9 days — run `tokenward auth linkedin` (by 2026-12-05).",
      expiresAt: inHours(24 * 9),
      reauthBy: inHours(24 * 9),
      refreshable: false,
    }),
    statusOf({
      platform: "podium",
      account: "acme-rv",
      action: "failed",
      alert: true,
      severity: "page",
      code: "ERR_AUTH_PLATFORM_UNAVAILABLE",
      detail:
        "podium/acme-rv was not refreshed: podium has a problem of its own (503). Nothing to do yet: the next run tries again. Unused, its refresh token dies on 2026-12-11.",
      expiresAt: inHours(0.5),
      decaysAt: inHours(24 * 15),
      reauthBy: inHours(24 * 15),
      refreshedAt: inHours(-24 * 75),
    }),
    statusOf({
      platform: "instagram",
      action: "skipped",
      detail: "Its token is too young to be refreshed before 2026-11-27 08:00 UTC.",
      expiresAt: inHours(24 * 59),
      reauthBy: inHours(24 * 59),
    }),
    statusOf({
      platform: "tiktok",
      account: "brand-b",
      action: "rotated",
      detail: "The platform issued a new token, and it is saved.",
      expiresAt: inHours(24),
      reauthBy: inHours(24 * 365),
      refreshedAt: now,
    }),
    statusOf({
      platform: "acme-crm",
      action: "in-doubt",
      alert: true,
      severity: "page",
      code: "ERR_AUTH_IN_DOUBT",
      detail:
        "acme-crm is in doubt: runner-7 sent its token at 2026-11-26T09:58:00Z, and no usable answer came (time-out after 30 s). Consent again (`tokenward auth acme-crm`), or risk presenting the old token once: `tokenward auth recover acme-crm --retry-once`.",
    }),
    statusOf({
      platform: "podium",
      account: "campers-of-<the>-north & south",
      action: "rotated",
      detail: "The platform issued a new token, and it is saved.",
      expiresAt: inHours(10),
      decaysAt: inHours(24 * 90),
      reauthBy: inHours(24 * 90),
      refreshedAt: now,
    }),
  ],
  {
    writeBacks: [
      {
        writeBack: "gitlab",
        credentialExpiresAt: inHours(24 * 8),
        alert: true,
        severity: "warn",
        code: "ERR_WRITEBACK_CREDENTIAL_ENDS",
        detail: "The credential with which the write-back (gitlab) is reached ends on 2026-12-04, in 8 days.",
      },
    ],
    notifiers: [
      {
        notifier: "webhook",
        delivered: 0,
        waiting: 2,
        alert: true,
        severity: "page",
        code: "ERR_NOTIFIER_REFUSED",
        detail:
          "The notifier webhook could not deliver, and trying again will not help: Slack does not know the webhook any more.",
      },
    ],
  },
);

/** A thousand grants of five platforms, seven of which need a human. */
export const thousand: RefreshReport = reportOf(
  Array.from({ length: 1000 }, (_, index) => {
    const platform = ["podium", "tiktok", "youtube", "instagram", "linkedin"][index % 5] as string;
    const account = `location-${String(index).padStart(4, "0")}`;
    const ends = { expiresAt: inHours((index % 200) + 1), reauthBy: inHours(24 * ((index % 360) + 5)) };
    if (index % 150 === 7)
      return statusOf({
        platform,
        account,
        ...ends,
        action: "failed",
        alert: true,
        severity: "page",
        code: "ERR_AUTH_CLIENT_REJECTED",
        detail: `${platform} rejected the client of ${platform}/${account}.`,
      });
    return statusOf({ platform, account, ...ends, refreshedAt: now });
  }),
);
