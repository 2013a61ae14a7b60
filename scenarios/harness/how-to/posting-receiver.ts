import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Sandbox } from "@tokenward/sandbox";

/** A place to post to. It asks the platform whether the token that came along is good. */
export interface PostingReceiver {
  readonly url: string;
  /** What was posted with a token that the platform accepts, oldest first. */
  readonly posts: readonly { readonly token: string; readonly body: string }[];
  /** How many were refused. */
  readonly refused: number;
  close(): Promise<void>;
}

/** Starts it in front of the sandbox's TikTok. */
export async function startPostingReceiver(sandbox: Sandbox): Promise<PostingReceiver> {
  const posts: { token: string; body: string }[] = [];
  const receiver = { url: "", posts, refused: 0 };
  const server = createServer((request, response) => {
    void (async () => {
      const { authorization = "" } = request.headers;
      const body = await text(request);
      const known = await fetch(`${sandbox.url}/tiktok/v2/user/info/?fields=open_id`, { headers: { authorization } });
      if (known.ok && request.method === "POST") posts.push({ token: authorization.replace("Bearer ", ""), body });
      else receiver.refused += 1;
      response.writeHead(known.ok ? 200 : 401).end();
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  receiver.url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/post`;
  return Object.assign(receiver, {
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
