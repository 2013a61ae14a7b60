/** One grant in the JSON that `auth refresh`, `auth status` and `auth import` print. */
export interface StatusDocument {
  readonly platform: string;
  readonly account: string | null;
  readonly action: string;
  readonly would: string | null;
  readonly expires_at: string | null;
  readonly reauth_by: string | null;
  readonly refreshable: boolean | null;
  readonly alert: boolean;
  readonly code: string | null;
  readonly detail: string;
  /** Only in `auth status`. */
  readonly refreshed_at?: string | null;
}

/** The JSON document that `auth refresh`, `auth status` and `auth import` print. */
export interface ReportDocument {
  readonly dry_run: boolean;
  readonly alert: boolean;
  readonly statuses: readonly StatusDocument[];
}
