import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

/** An editor's view of one file: the TypeScript compiler as a language server. */
export interface LanguageServer {
  /** What an editor would offer at each `/*|*\/` of the text. */
  completions(text: string): Promise<readonly (readonly string[])[]>;
  close(): void;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
  readonly params?: { readonly items?: readonly unknown[] };
}

const here = /\/\*\|\*\//g;

/** Starts it for a folder with a `tsconfig.json`. */
export async function startLanguageServer(folder: string): Promise<LanguageServer> {
  const compiler = path.join(
    path.dirname(createRequire(import.meta.url).resolve("typescript/package.json")),
    "bin/tsc",
  );
  const server = spawn(process.execPath, [compiler, "--lsp", "--stdio"], { cwd: folder });
  const waiting = new Map<number, (message: Message) => void>();
  let last = 0;
  const send = (message: object): void => {
    const text = JSON.stringify({ jsonrpc: "2.0", ...message });
    server.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  };
  const ask = async (method: string, params: object): Promise<unknown> => {
    const id = ++last;
    const { promise, resolve } = Promise.withResolvers<Message>();
    waiting.set(id, resolve);
    send({ id, method, params });
    const { result, error } = await promise;
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result;
  };
  readMessages(server.stdout, (message) => {
    if (message.id === undefined) return;
    if (message.method === undefined) waiting.get(message.id)?.(message);
    // The server asks the editor for its settings; there are none.
    else send({ id: message.id, result: message.params?.items?.map(() => null) ?? null });
  });

  const uri = pathToFileURL(folder).href;
  const workspaceFolders = [{ uri, name: "project" }];
  await ask("initialize", { processId: process.pid, rootUri: uri, capabilities: {}, workspaceFolders });
  send({ method: "initialized", params: {} });
  let opened = 0;
  return {
    async completions(text) {
      const textDocument = { uri: `${uri}/editing-${++opened}.ts` };
      const document = { ...textDocument, languageId: "typescript", version: 1, text };
      send({ method: "textDocument/didOpen", params: { textDocument: document } });
      const offered = [];
      for (const { index } of text.matchAll(here)) {
        const lines = text.slice(0, index).split("\n");
        const position = { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
        offered.push(labelsOf(await ask("textDocument/completion", { textDocument, position })));
      }
      return offered;
    },
    close: () => void server.kill(),
  };
}

function readMessages(stream: NodeJS.ReadableStream, take: (message: Message) => void): void {
  let bytes = Buffer.alloc(0);
  stream.on("data", (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    for (;;) {
      const head = bytes.indexOf("\r\n\r\n");
      const length = Number(/Content-Length: (\d+)/.exec(bytes.subarray(0, Math.max(0, head)).toString("latin1"))?.[1]);
      const start = head + 4;
      if (head === -1 || bytes.length < start + length) return;
      take(JSON.parse(bytes.subarray(start, start + length).toString("utf8")) as Message);
      bytes = bytes.subarray(start + length);
    }
  });
}

function labelsOf(answer: unknown): readonly string[] {
  type Items = readonly { readonly label: string }[];
  const items = (Array.isArray(answer) ? answer : ((answer as { items?: Items } | null)?.items ?? [])) as Items;
  return items.map(({ label }) => label.replace(/\?$/, "")).toSorted((a, b) => (a < b ? -1 : 1));
}
