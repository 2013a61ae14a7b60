// The demo's grants: what each human consented to in the sandbox, and the configuration that uses them.

/** One consent per grant. The CRM's access token is good for an hour: there is nothing to do about it yet. */
export async function consents(control) {
  const tiktok = { clientId: "demo-client-key" };
  return {
    "tiktok/brand-a": await control.consent("tiktok", { ...tiktok, account: "brand-a" }),
    "tiktok/brand-b": await control.consent("tiktok", { ...tiktok, account: "brand-b" }),
    youtube: await control.consent("youtube", { account: "channel" }),
    crm: await control.consent("oauth2", { account: "sales", accessLifetimeSeconds: 3600 }),
  };
}

/** The configuration as text, and the client secrets that it reads from files. */
export function configurationOf(granted) {
  const { "tiktok/brand-a": tiktok, youtube, crm } = granted;
  const yaml = `# Made by npm start: three platforms of the sandbox, and a write-back in this folder.
auth:
  writeback: { backend: local, local: { store: file, path: ./store } }
platforms:
  tiktok:
    token_url: ${tiktok.tokenUrl}
    client_key: ${tiktok.clientId}
    client_secret: { file: ./secrets/tiktok }
    accounts: { brand-a: {}, brand-b: {} }
  youtube:
    token_url: ${youtube.tokenUrl}
    client_id: ${youtube.clientId}
    client_secret: { file: ./secrets/youtube }
  crm:
    refresher: oauth2
    token_url: ${crm.tokenUrl}
    client_id: ${crm.clientId}
    client_secret: { file: ./secrets/crm }
`;
  const secrets = { tiktok: tiktok.clientSecret, youtube: youtube.clientSecret, crm: crm.clientSecret };
  return { yaml, secrets };
}

/** What a platform answers after a consent, as `auth import` reads it. */
export function tokenJson(consent) {
  return JSON.stringify({
    access_token: consent.accessToken,
    refresh_token: consent.refreshToken,
    expires_in: consent.expiresIn,
    refresh_expires_in: consent.refreshExpiresIn,
    scope: consent.scope,
  });
}
