import { spawn } from "node:child_process";
import { pathToFileURL } from "node:url";

/** An editor's side of the Language Server Protocol, as far as a test needs it. */
export interface LanguageServer {
  /** What an editor would offer at each `/*|*\/` (in YAML: `<|>`) of the text. */
  completions(text: string): Promise<readonly (readonly string[])[]>;
  /** What an editor would underline in the text, in its order. */
  diagnostics(text: string): Promise<readonly string[]>;
  close(): void;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
  readonly params?: { readonly items?: readonly unknown[]; readonly uri?: string; readonly diagnostics?: Diagnostics };
}

type Diagnostics = readonly {
  readonly message: string;
  readonly range: { readonly start: { readonly line: number } };
}[];

/** The program that serves a language, and what it is told about the editor. */
export interface Language {
  /** A script of Node's with its arguments. */
  readonly server: readonly string[];
  readonly id: "typescript" | "yaml";
  readonly settings?: object | undefined;
}

const cursors = { typescript: /\/\*\|\*\//g, yaml: /<\|>/g };

/** Starts a language's server in a folder. */
export async function startLanguageServer(folder: string, language: Language): Promise<LanguageServer> {
  const server = spawn(process.execPath, [...language.server, "--stdio"], { cwd: folder });
  const waiting = new Map<number, (message: Message) => void>();
  const judged = new Map<string, (found: Diagnostics) => void>();
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
  readMessages(server.stdout, ({ id, method, params, ...message }) => {
    if (id !== undefined && method === undefined) waiting.get(id)?.(message);
    // The server asks for the editor's settings, and whether it may do this and that.
    else if (id !== undefined) send({ id, result: params?.items?.map(() => language.settings ?? null) ?? null });
    else if (method === "textDocument/publishDiagnostics") judged.get(params?.uri ?? "")?.(params?.diagnostics ?? []);
  });

  const uri = pathToFileURL(folder).href;
  const workspaceFolders = [{ uri, name: "project" }];
  const capabilities = language.settings === undefined ? {} : { workspace: { configuration: true } };
  await ask("initialize", { processId: process.pid, rootUri: uri, capabilities, workspaceFolders });
  send({ method: "initialized", params: {} });
  let opened = 0;
  const open = (text: string): { readonly uri: string } => {
    const textDocument = { uri: `${uri}/editing-${++opened}.${language.id === "yaml" ? "yaml" : "ts"}` };
    const document = { ...textDocument, languageId: language.id, version: 1, text };
    send({ method: "textDocument/didOpen", params: { textDocument: document } });
    return textDocument;
  };
  return {
    async completions(marked) {
      const cursor = cursors[language.id];
      // In TypeScript the mark is a comment and may stay; in YAML it would be a value.
      const offered = [];
      const yaml = language.id === "yaml";
      const textDocument = open(yaml ? marked.replaceAll(cursor, "") : marked);
      for (const { index } of marked.matchAll(cursor)) {
        const before = marked.slice(0, index);
        const lines = (yaml ? before.replaceAll(cursor, "") : before).split("\n");
        const position = { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
        offered.push(labelsOf(await ask("textDocument/completion", { textDocument, position })));
      }
      return offered;
    },
    async diagnostics(text) {
      const { promise, resolve } = Promise.withResolvers<Diagnostics>();
      judged.set(`${uri}/editing-${opened + 1}.${language.id === "yaml" ? "yaml" : "ts"}`, resolve);
      open(text);
      const found = (await promise).toSorted((a, b) => a.range.start.line - b.range.start.line);
      return found.map(({ message, range }) => `${range.start.line + 1}: ${message}`);
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
