import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import type { HttpAnswer } from "@tokenward/core/plugin";
import { chanceOf, type Chance } from "./chance.ts";
import type { NamedAnswer } from "./damage.ts";

type JsonObject = Readonly<Record<string, unknown>>;

const extras: readonly unknown[] = [null, true, 17, "", "note", [], ["a", 1], {}, { deep: { deeper: [null] } }, 1e300];
const packings = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync } as const;
const perAnswer = 40;

/**
 * The same answers in other forms that servers and proxies give them: other order, blanks, escapes and packing, and
 * fields beside the tokens that nobody knows. Only answers whose body is a JSON object; the same ones for the same seed.
 */
export function* rephrased(answers: readonly NamedAnswer[], seed: number): Generator<NamedAnswer> {
  const chance = chanceOf(seed);
  for (const { name, answer } of answers) {
    const body = objectIn(answer);
    if (body === undefined) continue;
    for (let index = 0; index < perAnswer; index += 1) {
      yield { name: `"${name}" in other form ${index} of seed ${seed}`, answer: inAnotherForm(answer, body, chance) };
    }
  }
}

function inAnotherForm(answer: HttpAnswer, body: JsonObject, chance: Chance): HttpAnswer {
  const members = Object.entries(body);
  for (let extra = chance(4); extra > 0; extra -= 1) {
    // A name that no dialect reads.
    members.splice(chance(members.length + 1), 0, [`x_extra_${extra}`, extras[chance(extras.length)]]);
  }
  if (chance(2) === 0) members.sort(() => chance(3) - 1);
  const indent = [undefined, 2, "\t"][chance(3)];
  let text = JSON.stringify(Object.fromEntries(members), undefined, indent);
  if (chance(3) === 0) text = text.replace(/[~.]/g, escaped);
  if (chance(4) === 0) text = `\r\n ${text}\n\n`;
  const headers = { ...answer.headers };
  delete headers["content-length"];
  const packing = (["gzip", "deflate", "br", undefined] as const)[chance(4)];
  const plain = Buffer.from(text, "utf8");
  if (packing === undefined) return { ...answer, headers, body: plain };
  return { ...answer, headers: { ...headers, "content-encoding": packing }, body: packings[packing](plain) };
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function objectIn({ headers, body }: HttpAnswer): JsonObject | undefined {
  if (headers["content-encoding"] !== undefined) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}
