import { TokenwardError } from "@tokenward/core";

const mostBytes = 1024 * 1024;

/**
 * Everything on standard input, which must be a pipe or a file: what is typed or pasted into a terminal stays in its
 * scrollback.
 *
 * @throws `ERR_AUTH_IMPORT_INVALID`
 */
export async function readStandardInput(grant: string): Promise<string> {
  const { stdin } = process;
  if (stdin.isTTY) throw invalid(grant, "standard input is a terminal, where a pasted token would stay readable");
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) throw invalid(grant, "standard input is larger than 1 MiB");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function invalid(grant: string, reason: string): TokenwardError {
  return new TokenwardError("ERR_AUTH_IMPORT_INVALID", { grant, reason });
}
