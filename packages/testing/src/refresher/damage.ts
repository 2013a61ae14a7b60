import type { HttpAnswer } from "@tokenward/core/plugin";
import { chanceOf, type Chance } from "./chance.ts";

/** An answer, and what to call it. */
export interface NamedAnswer {
  readonly name: string;
  readonly answer: HttpAnswer;
}

const statuses = [200, 201, 204, 206, 302, 400, 401, 403, 404, 409, 429, 500, 502, 503, 504];
const types = ["application/json", "text/html", "text/plain", "application/x-www-form-urlencoded", "image/png"];
const encodings = ["gzip", "br", "deflate", "zstd", "identity", "gzip, gzip", "nonsense"];
const snippets = ['"', "{", "}", "[", "]", ":", ",", "null", "\\u0000", "\0", "é", "<html>", "1e999", '"error":"x",'];

// Enough to go through every kind of damage many times over; a suite has to stay quick.
const variants = 600;

/** Variants of answers with bytes, status and headers changed by chance; the same ones for the same seed. */
export function* damaged(answers: readonly NamedAnswer[], seed: number): Generator<NamedAnswer> {
  const chance = chanceOf(seed);
  for (let index = 0; index < variants; index += 1) {
    const picked = answers[chance(answers.length)];
    if (picked === undefined) return;
    // One answer of the corpus is large, and its damage teaches nothing that a part of it does not.
    const original = picked.answer.body.subarray(0, 4096);
    let body = Uint8Array.from(original);
    for (let hit = chance(3); hit >= 0; hit -= 1) body = struck(body, chance);
    yield {
      name: `damaged answer ${index} of seed ${seed} (from "${picked.name}")`,
      answer: { ...picked.answer, ...changedHead(picked.answer, chance), body, truncated: chance(4) === 0 },
    };
  }
}

function struck(body: Uint8Array<ArrayBuffer>, chance: Chance): Uint8Array<ArrayBuffer> {
  const at = chance(body.length + 1);
  const to = Math.min(body.length, at + chance(24));
  switch (chance(6)) {
    case 0:
      return body.slice(0, at);
    case 1:
      return body.slice(at);
    case 2:
      return joined(body.slice(0, at), body.slice(to));
    case 3:
      return joined(body.slice(0, at), Buffer.from(snippets[chance(snippets.length)] as string), body.slice(at));
    case 4:
      return joined(body.slice(0, to), body.slice(at));
    default:
      return body.map((byte, index) => (index === at ? byte ^ (1 << chance(8)) : byte));
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.concat(parts));
}

function changedHead({ headers }: HttpAnswer, chance: Chance): Partial<HttpAnswer> {
  const pick = (values: readonly string[]): string => values[chance(values.length)] as string;
  switch (chance(4)) {
    case 0:
      return { status: statuses[chance(statuses.length)] as number };
    case 1:
      return { headers: { ...headers, "content-type": pick(types) } };
    case 2:
      return { headers: { ...headers, "content-encoding": pick(encodings) } };
    default:
      return {};
  }
}
