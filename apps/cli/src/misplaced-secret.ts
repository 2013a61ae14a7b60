import { rememberSecret } from "@tokenward/core";

const shortest = 20;
const pathLike = /^(?:~|\.{0,2}[/\\]|[A-Za-z]:[/\\])|\.(?:ya?ml|json|[cm]?[jt]s)$/;

/**
 * Makes known what looks like a secret in a command line that was refused. None is ever accepted there, but people
 * try; at least the message that says so must not carry it on into a log.
 *
 * @param args as typed
 */
export function rememberMisplacedSecrets(args: readonly string[]): void {
  for (const arg of args) {
    const option = /^--?[A-Za-z][A-Za-z-]*=/.exec(arg)?.[0] ?? "";
    const value = arg.slice(option.length);
    if (!pathLike.test(value) && looksRandom(value)) rememberSecret(value);
  }
}

// Random text changes between small letters, capitals and digits at every second character; names are made of words,
// also in camel case.
function looksRandom(value: string): boolean {
  const kinds = value
    .replaceAll(/[^A-Za-z0-9]/g, "")
    .replaceAll(/[A-Z]?[a-z]{2,}|[a-z]/g, (letters) => "a".repeat(letters.length))
    .replaceAll(/[A-Z]/g, "A")
    .replaceAll(/\d/g, "0");
  if (kinds.length < shortest) return false;
  const runs = kinds.match(/(.)\1*/g)?.length ?? 0;
  return runs / kinds.length > 0.25;
}
