import { isSecret } from "@tokenward/core";
import type { ConfigDocument } from "./document.ts";
import { createdPlugin } from "./created-plugin.ts";
import type { ConfigPath } from "./problem.ts";
import { sourceOf } from "./secret-reference.ts";

// Nobody writes a configuration that deep: it is a block that holds itself.
const deepest = 50;

/** What a configuration program exports, as the plain values that YAML would have given; instances stay what they are. */
export function documentOf(exported: unknown): ConfigDocument {
  const mistakes: ConfigDocument["mistakes"][number][] = [];
  // What cannot be read counts as not written, so that nobody complains about it twice.
  const mistake = (path: ConfigPath, message: string, fix: string): undefined => {
    mistakes.push({ path, position: undefined, message, fix });
  };
  const seen = new Map<string, number>();
  const read = (value: unknown, path: ConfigPath): unknown => {
    seen.set(path.join("\0"), seen.size);
    if (typeof value === "bigint") return Number(value);
    if (createdPlugin(value) !== undefined || sourceOf(value) !== undefined) return value;
    if (value instanceof Date) {
      if (!Number.isNaN(value.getTime())) return value.toISOString();
      return mistake(path, "This date is not a valid one.", 'Write, for example, `new Date("2026-12-24T00:00:00Z")`.');
    }
    if (path.length > deepest) {
      return mistake(path.slice(0, 2), "A block holds itself.", "Write it without a circle.");
    }
    if (Array.isArray(value)) return value.map((item, index) => read(item, [...path, String(index)]));
    if (typeof value === "function" || typeof value === "symbol") {
      return mistake(path, "This is not a value but something that a program works with.", "Write the value itself.");
    }
    if (!isPlain(value)) return value;
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    const block = entries.map(([key, item]) => [key, read(item, [...path, key])] as const);
    return Object.fromEntries(block.filter(([, item]) => item !== undefined));
  };
  if (exported === undefined) {
    mistake([], "The file has no default export.", "Write `export default defineConfig({ … })`.");
    return { root: undefined, broken: true, mistakes, position: () => undefined };
  }
  const order = (path: ConfigPath): number => {
    const known = path.map((_, index) => seen.get(path.slice(0, path.length - index).join("\0")));
    return known.find((number) => number !== undefined) ?? 0;
  };
  return { root: read(exported, []), broken: false, mistakes, position: () => undefined, order };
}

/** Whether a value is a block of keys, and not an object with a life of its own. */
export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value) || isSecret(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
