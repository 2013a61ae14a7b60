// The demo's grants: what each human consented to in the sandbox, and the configuration that uses them.
import {
  instagramPlatform,
  linkedinPlatform,
  podiumPlatform,
  presetPlatform,
  tiktokPlatform,
  youtubePlatform,
} from "../../packages/sandbox/dist/index.js";

const daySeconds = 86_400;
// LinkedIn's tokens live for 60 days: nine are left, and some minutes, so that a slow machine does not make it eight.
const oldestDays = 51;
const spareSeconds = 600;

/** The five platforms, and Xero for all that the generic refresher knows by a preset. */
export const platforms = [
  instagramPlatform(),
  youtubePlatform(),
  tiktokPlatform(),
  linkedinPlatform(),
  podiumPlatform(),
  presetPlatform("xero"),
];

/** When the sandbox's clock begins; {@link consents} lets it catch up with the real one. */
export const begin = new Date(Date.now() - (oldestDays * daySeconds - spareSeconds) * 1000);

/** One consent per grant, at the time when the human gave it. */
export async function consents(control) {
  const granted = {};
  const grant = async (id, platform, options) => {
    const consent = await control.consent(platform, options);
    granted[id] = { ...consent, at: await control.now() };
  };
  await grant("linkedin", "linkedin", { account: "member" });
  await control.advance((oldestDays - 7) * daySeconds - spareSeconds);
  // A week old, as with a weekly schedule. Younger than a day, Instagram would not renew it yet.
  await grant("instagram", "instagram", { account: "studio" });
  await control.advance(7 * daySeconds);
  const tiktok = { clientId: "demo-client-key" };
  await grant("tiktok/brand-a", "tiktok", { ...tiktok, account: "brand-a" });
  await grant("tiktok/brand-b", "tiktok", { ...tiktok, account: "brand-b" });
  await grant("youtube", "youtube", { account: "channel" });
  await grant("podium", "podium", { account: "dealer" });
  await grant("xero", "xero", { account: "books" });
  return granted;
}

/** The configuration as text, and the client secrets that it reads from files. */
export function configurationOf(granted, url) {
  const { "tiktok/brand-a": tiktok, instagram, linkedin, podium, xero, youtube } = granted;
  const yaml = `# yaml-language-server: $schema=../apps/cli/schema.json
# Made by npm start: platforms of the sandbox, and a write-back in this folder.
auth:
  writeback: { backend: local, local: { store: file, path: ./store } }
platforms:
  instagram:
    token_url: ${instagram.tokenUrl}
  youtube:
    token_url: ${youtube.tokenUrl}
    client_id: ${youtube.clientId}
    client_secret: { file: ./secrets/youtube }
  tiktok:
    token_url: ${tiktok.tokenUrl}
    client_key: ${tiktok.clientId}
    client_secret: { file: ./secrets/tiktok }
    accounts: { brand-a: {}, brand-b: {} }
  linkedin:
    token_url: ${linkedin.tokenUrl}
    introspect_url: ${url}/linkedin/oauth/v2/introspectToken
    client_id: ${linkedin.clientId}
    client_secret: { file: ./secrets/linkedin }
  podium:
    token_url: ${podium.tokenUrl}
    client_id: ${podium.clientId}
    client_secret: { file: ./secrets/podium }
  xero:
    refresher: oauth2
    preset: xero
    token_url: ${xero.tokenUrl}
    client_id: ${xero.clientId}
    client_secret: { file: ./secrets/xero }
`;
  const secrets = { linkedin, podium, tiktok, xero, youtube };
  return {
    yaml,
    secrets: Object.fromEntries(Object.entries(secrets).map(([name, { clientSecret }]) => [name, clientSecret])),
  };
}

/** What a platform answers after a consent, as `auth import` reads it, and when that was. */
export function tokenJson(consent) {
  // LinkedIn's standard apps and Instagram have no refresh token: there the sandbox names the access token, or nothing.
  const renewable = consent.refreshToken !== "" && consent.refreshToken !== consent.accessToken;
  return JSON.stringify({
    access_token: consent.accessToken,
    refresh_token: renewable ? consent.refreshToken : undefined,
    expires_in: consent.expiresIn,
    refresh_expires_in: consent.refreshExpiresIn,
    scope: consent.scope,
    rotated_at: consent.at.toISOString(),
  });
}
