import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Provider, type Configuration } from "oidc-provider";

/** An authorization server that nobody here wrote: it rotates refresh tokens and revokes the grant on reuse. */
export interface OidcCounterpart {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What it saw: exchanges that succeeded, and errors by their code. */
  readonly seen: { exchanges: number; errors: string[] };
  /** Consents once and returns the first refresh token. */
  consent(): Promise<string>;
  /** Whether this refresh token would be accepted now. */
  isAlive(refreshToken: string): Promise<boolean>;
  close(): Promise<void>;
}

/** Starts the counterpart on a free port of the loopback. */
export async function startOidcProvider(): Promise<OidcCounterpart> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clientId = "tokenward-scenario";
  const clientSecret = "scenario-client-secret-0123456789";
  const configuration: Configuration = {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: ["https://client.example/callback"],
        grant_types: ["authorization_code", "refresh_token"],
        token_endpoint_auth_method: "client_secret_basic",
      },
    ],
    rotateRefreshToken: true,
    scopes: ["openid", "offline_access"],
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    ttl: { AccessToken: 3600, RefreshToken: 86_400, Grant: 86_400, IdToken: 3600 },
  };
  const provider = new Provider(issuer, configuration);
  const seen = { exchanges: 0, errors: [] as string[] };
  provider.on("grant.success", () => seen.exchanges++);
  provider.on("grant.error", (_, error) => seen.errors.push(error.message));
  provider.on("grant.revoked", () => seen.errors.push("grant revoked"));
  // Koa's handler returns a promise; its errors end up in the provider's own events.
  const handle = provider.callback();
  server.on("request", (request, response) => void handle(request, response));

  return {
    tokenUrl: `${issuer}/token`,
    clientId,
    clientSecret,
    seen,
    consent: async () => {
      const grant = new provider.Grant({ accountId: "human", clientId });
      grant.addOIDCScope("openid offline_access");
      const grantId = await grant.save();
      const client = await provider.Client.find(clientId);
      if (client === undefined) throw new Error("the client is not registered");
      const token = new provider.RefreshToken({
        accountId: "human",
        client,
        grantId,
        gty: "authorization_code",
        scope: "openid offline_access",
        rotations: 0,
        iiat: Math.floor(Date.now() / 1000),
      });
      return await token.save();
    },
    isAlive: async (refreshToken) => {
      const found = await provider.RefreshToken.find(refreshToken);
      return found !== undefined && !found.isExpired && found.consumed === undefined;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
