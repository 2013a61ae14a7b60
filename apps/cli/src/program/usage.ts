import { TokenwardError } from "@tokenward/core";
import { CommanderError, type Command } from "commander";

/** The error of a line that is not one. */
export function usage(reason: string): TokenwardError {
  return new TokenwardError("ERR_CONFIG_USAGE", { reason });
}

/** Commander's error as ours. */
export function usageError(error: CommanderError): TokenwardError {
  if (error.code === "commander.help") return usage("A command is missing.");
  const [sentence = "", guess = ""] = error.message.replace(/^error: /, "").split("\n");
  const words = `${sentence.charAt(0).toUpperCase()}${sentence.slice(1).replace(/\.$/, "")}.`;
  return usage(`${words} ${guess.replace(/^\((.*)\)$/, "$1")}`.trimEnd());
}

/** Commander's own guess at the command that was meant, where it has one. */
export function nearestCommand(command: Command, word: string): TokenwardError | undefined {
  if (word.startsWith("-")) return undefined;
  try {
    (command as Command & { unknownCommand(): never }).unknownCommand();
  } catch (error) {
    if (error instanceof CommanderError) return error.message.includes("Did you mean") ? usageError(error) : undefined;
    throw error;
  }
  return undefined;
}

/** A port on the command line. */
export function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new CommanderError(
    2,
    "tokenward.port",
    `error: \`${text}\` is not a port: it must be a number from 0 to 65535`,
  );
}
