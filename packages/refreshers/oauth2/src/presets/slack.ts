import type { Preset } from "./preset.ts";

/**
 * Token rotation of Slack: opt-in, 12 h access, single-use refresh tokens; failures are HTTP 200 with `ok: false`
 * (docs.slack.dev, "Using token rotation" and `oauth.v2.access`). Of two errors the documentation says that parts of
 * the call may have succeeded.
 */
export const slack: Preset = {
  title: "Slack",
  quirk:
    "Token rotation must be on in the app's settings. Bot and user tokens rotate apart: make two platforms of them, the user's with `envelope: [authed_user]` if its answers hold both.",
  options: {
    token_url: "https://slack.com/api/oauth.v2.access",
    success: { flag: "ok" },
    rotation: "always",
    reuse: "strict",
    errors: {
      account_inactive: "reauth",
      authorization_not_found: "reauth",
      invalid_refresh_token: "reauth",
      bad_client_secret: "client",
      invalid_client_id: "client",
      token_rotation_not_enabled: "client",
      service_unavailable: "transient",
      internal_error: "in-doubt",
      fatal_error: "in-doubt",
    },
    sentences: {
      invalid_refresh_token:
        "its refresh token is dead: revoked, or already exchanged (Slack answered invalid_refresh_token)",
      bad_client_secret: "client_secret is not the app's (bad_client_secret)",
      invalid_client_id: "client_id is not that of a Slack app (invalid_client_id)",
      token_rotation_not_enabled: "token rotation is off in the app's settings (token_rotation_not_enabled)",
      account_inactive: "the workspace or the person was deleted or deactivated (account_inactive)",
    },
    consent: "Install the app again at https://slack.com/oauth/v2/authorize, with token rotation on in its settings.",
  },
  secretRequired: true,
};
