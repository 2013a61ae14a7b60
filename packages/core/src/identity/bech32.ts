const alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
const checksumLength = 6;

/** Bech32 (BIP 173) without its limit of 90 characters, as age uses it for keys. Lower case. */
export function encodeBech32(prefix: string, bytes: Uint8Array): string {
  const words = regroup(bytes, 8, 5, true);
  const check = polymod([...expand(prefix), ...words, ...Array.from({ length: checksumLength }, () => 0)]) ^ 1;
  const checksum = Array.from({ length: checksumLength }, (_, at) => (check >>> (5 * (5 - at))) & 31);
  return `${prefix}1${[...words, ...checksum].map((word) => alphabet[word]).join("")}`;
}

/**
 * Reads what {@link encodeBech32} wrote; upper case is fine, mixed case is not.
 *
 * @throws Error, without any of the text, where it is not bech32 with that prefix
 */
export function decodeBech32(prefix: string, text: string): Uint8Array {
  if (text !== text.toLowerCase() && text !== text.toUpperCase()) throw new Error("upper and lower case are mixed");
  const lower = text.toLowerCase();
  if (!lower.startsWith(`${prefix}1`)) throw new Error("it starts differently");
  const words = Array.from(lower.slice(prefix.length + 1), (letter) => alphabet.indexOf(letter));
  if (words.includes(-1)) throw new Error("it holds a character that does not belong there");
  if (words.length < checksumLength) throw new Error("it is cut off");
  if (polymod([...expand(prefix), ...words]) !== 1)
    throw new Error("its checksum is wrong: a character was changed or lost");
  return Uint8Array.from(regroup(words.slice(0, -checksumLength), 5, 8, false));
}

function expand(prefix: string): readonly number[] {
  const codes = Array.from(prefix, (letter) => letter.charCodeAt(0));
  return [...codes.map((code) => code >>> 5), 0, ...codes.map((code) => code & 31)];
}

function polymod(words: readonly number[]): number {
  let check = 1;
  for (const word of words) {
    const top = check >>> 25;
    check = ((check & 0x1ffffff) << 5) ^ word;
    for (const [bit, value] of generator.entries()) if ((top >>> bit) & 1) check ^= value;
  }
  return check;
}

function regroup(from: Iterable<number>, width: number, into: number, pad: boolean): readonly number[] {
  const words: number[] = [];
  let held = 0;
  let bits = 0;
  for (const word of from) {
    held = (held << width) | word;
    bits += width;
    while (bits >= into) {
      bits -= into;
      words.push((held >>> bits) & ((1 << into) - 1));
    }
    held &= (1 << bits) - 1;
  }
  if (pad && bits > 0) words.push((held << (into - bits)) & ((1 << into) - 1));
  else if (!pad && (bits >= width || held !== 0)) throw new Error("its last character is wrong");
  return words;
}
