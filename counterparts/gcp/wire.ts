import { createConnection, createServer, type AddressInfo, type Socket } from "node:net";

/** A way to a port on loopback that can be cut. */
export interface Wire {
  readonly port: number;
  /** Resets every connection that is open; new ones are let through. */
  cut(): void;
  close(): Promise<void>;
}

/** Lays a wire to a port. A gRPC server has no means to reset a connection, and a lost network does exactly that. */
export async function layWire(to: number): Promise<Wire> {
  const near = new Set<Socket>();
  const far = new Set<Socket>();
  // Small messages go at once, as they do without a wire.
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = createConnection({ host: "127.0.0.1", port: to, noDelay: true });
    near.add(client);
    far.add(upstream);
    client.on("close", () => {
      near.delete(client);
      upstream.destroy();
    });
    upstream.on("close", () => {
      far.delete(upstream);
      client.destroy();
    });
    // What is cut fails on both sides; the ends say so by closing.
    client.on("error", () => undefined);
    upstream.on("error", () => undefined);
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = (): void => {
    for (const socket of near) socket.resetAndDestroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      cut();
      for (const socket of far) socket.destroy();
      await closed;
    },
  };
}
