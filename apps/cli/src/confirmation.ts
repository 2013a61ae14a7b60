import { createInterface } from "node:readline";
import { TokenwardError } from "@tokenward/core";
import type { Output } from "./output/output.ts";

/**
 * Lets a human type a word before something that cannot be taken back.
 *
 * @throws `ERR_CONFIG_USAGE` where another word was typed, or nobody can be asked; nothing was done then
 */
export async function confirm(question: string, word: string, output: Output): Promise<void> {
  if (!process.stdin.isTTY || !process.stderr.isTTY || output.json) {
    throw refusal("It cannot be taken back, and nobody can be asked here: add --yes.");
  }
  output.note(question);
  const typed = await ask(`Type ${word} to go on: `);
  if (typed?.trim() === word) return;
  throw refusal(`\`${word}\` was not typed, so nothing was changed.`);
}

// Ctrl-C, Ctrl-D and being told to end are answers, too.
async function ask(prompt: string): Promise<string | undefined> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await new Promise((resolve) => {
      lines.on("SIGINT", () => resolve(undefined));
      lines.on("close", () => resolve(undefined));
      for (const name of ["SIGTERM", "SIGHUP"] as const) process.once(name, () => resolve(undefined));
      lines.question(prompt, resolve);
    });
  } finally {
    lines.close();
  }
}

function refusal(reason: string): TokenwardError {
  return new TokenwardError("ERR_CONFIG_USAGE", { reason });
}
