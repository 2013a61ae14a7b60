import type { ConfigDocument } from "./document.ts";
import { createdPlugin } from "./created-plugin.ts";
import type { ConfigPath } from "./problem.ts";
import { sourceOf } from "./secret-reference.ts";

// Nobody writes a configuration that deep: it is a block that holds itself.
const deepest = 50;

/** What a configuration program exports, as the plain values that YAML would have given; instances stay what they are. */
export function documentOf(exported: unknown): ConfigDocument {
  const mistakes: ConfigDocument["mistakes"][number][] = [];
  const mistake = (path: ConfigPath, message: string, fix: string): null => {
    mistakes.push({ path, position: undefined, message, fix });
    return null;
  };
  const read = (value: unknown, path: ConfigPath): unknown => {
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
    if (!isPlain(value)) return value;
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return Object.fromEntries(entries.map(([key, item]) => [key, read(item, [...path, key])]));
  };
  if (exported === undefined) {
    mistake([], "The file has no default export.", "Write `export default defineConfig({ … })`.");
    return { root: undefined, broken: true, mistakes, position: () => undefined };
  }
  return { root: read(exported, []), broken: false, mistakes, position: () => undefined };
}

/** Whether a value is a block of keys, and not an object with a life of its own. */
export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
