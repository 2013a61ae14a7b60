import type { SecretManagerServiceClient } from "@google-cloud/secret-manager";
import type { GcpOptions } from "./options.ts";

type Settings = NonNullable<ConstructorParameters<typeof SecretManagerServiceClient>[0]>;
type ChannelCredentials = NonNullable<Settings["sslCreds"]>;

/** Makes Google's own client, which is read now and not before. It has yet to be initialized. */
export async function loadClient({ endpoint, project }: GcpOptions): Promise<SecretManagerServiceClient> {
  const { SecretManagerServiceClient: Client } = await import("@google-cloud/secret-manager");
  const address = endpoint === undefined ? {} : addressOf(new URL(endpoint));
  const settings: Settings = { ...(project === undefined ? {} : { projectId: project }), ...address };
  const inTheClear = endpoint?.startsWith("http:") === true;
  if (!inTheClear) return new Client(settings);
  return new Client({ ...settings, auth: nobody, sslCreds: unsealed(new Client({ ...settings, auth: nobody })) });
}

function addressOf({ protocol, hostname, port }: URL): Settings {
  const standard = protocol === "https:" ? 443 : 80;
  return { apiEndpoint: hostname.replaceAll(/^\[|\]$/g, ""), port: port === "" ? standard : Number(port) };
}

// Credentials of another copy of gRPC than the client's are refused, and only the client knows its own copy. It keeps it
// in a private field; those of Google's generated clients have been the same for years.
function unsealed(client: SecretManagerServiceClient): ChannelCredentials {
  const { grpc } = (client as unknown as { readonly _gaxGrpc: { readonly grpc: Grpc } })._gaxGrpc;
  return grpc.credentials.createInsecure();
}

interface Grpc {
  readonly credentials: { createInsecure(): ChannelCredentials };
}

// An emulator asks for nobody's credentials, and looking for some would ask the network.
const nobody = { getUniverseDomain: async () => await Promise.resolve("googleapis.com") } as unknown as NonNullable<
  Settings["auth"]
>;
