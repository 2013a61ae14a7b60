// What an editor knows here: every key, what it means, and every option of each plugin. What it underlines, Tokenward
// would refuse. Two organisations share one app, and alerting earlier than usual is one number.
import { defineConfig, env } from "@tokenward/config";
import { linkedin } from "@tokenward/refresher-linkedin";
import { oauth2 } from "@tokenward/refresher-oauth2";
import { podium } from "@tokenward/refresher-podium";
import { local } from "@tokenward/writeback-local";

// Only because this example talks to a sandbox; yours has no need to say where LinkedIn is.
const sandbox = process.env["SANDBOX_URL"] ?? "http://127.0.0.1:4010";

export default defineConfig({
  auth: {
    writeback: local({ store: "file", path: process.env["GRANTS_FOLDER"] ?? "./grants" }),
    decay: { warn_days: 45, page_days: 60, hard_fail_days: 80 },
  },
  platforms: {
    linkedin: {
      refresher: linkedin({ introspect_url: `${sandbox}/linkedin/oauth/v2/introspectToken` }),
      client_id: process.env["LINKEDIN_CLIENT_ID"] ?? "",
      client_secret: env("LINKEDIN_CLIENT_SECRET"),
      alert_before_days: 30,
    },
    podium: {
      refresher: podium({ token_url: `${sandbox}/podium/oauth/token` }),
      client_id: process.env["PODIUM_CLIENT_ID"] ?? "",
      client_secret: env("PODIUM_CLIENT_SECRET"),
      accounts: { "acme-rv": {}, "acme-boats": {} },
    },
    crm: {
      refresher: oauth2({ token_url: `${sandbox}/oauth2/token` }),
      client_id: process.env["CRM_CLIENT_ID"] ?? "",
      client_secret: env("CRM_CLIENT_SECRET"),
      rotation: "always",
    },
  },
});
