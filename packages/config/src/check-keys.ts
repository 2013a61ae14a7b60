import { createdPlugin, type CreatedPlugin } from "./created-plugin.ts";
import type { ConfigPath } from "./problem.ts";
import type { Reading } from "./reading.ts";
import { resolveReferences, type Resolved } from "./references.ts";
import type { ShapeOf } from "./schema.ts";
import { checkBlock, reportUnknownKey } from "./schema-problems.ts";

/** How single keys are treated. */
export interface KeyRules {
  /** Keys whose values are secrets. */
  readonly secrets?: readonly string[] | undefined;
  /** Keys whose blocks are read by somebody else, with secrets that only they know: references stay as they are. */
  readonly unresolved?: readonly string[] | undefined;
  /** Keys where a program may have a plugin's instance instead of what the schema describes. */
  readonly plugins?: readonly string[] | undefined;
}

/** Checks each known key of a block by itself, so that one mistake hides no other. Unknown keys are left alone. */
export function checkKeys<Keys extends object>(
  shape: ShapeOf<Keys>,
  block: Readonly<Record<string, unknown>>,
  at: ConfigPath,
  rules: KeyRules,
  reading: Reading,
): Partial<Keys> {
  const checked: Partial<Keys> = {};
  for (const key of Object.keys(shape) as (keyof Keys & string)[]) {
    if (!Object.hasOwn(block, key)) continue;
    const here = [...at, key];
    if (rules.plugins?.includes(key) === true && heldPlugin(block[key]) !== undefined) {
      checked[key] = block[key] as Keys[typeof key];
      continue;
    }
    const resolved = rules.unresolved?.includes(key)
      ? asWritten(block[key])
      : resolveReferences(block[key], here, { paths: rules.secrets?.includes(key) ? [""] : [] }, reading);
    const value = checkBlock<Keys[keyof Keys & string]>(shape[key], { reading, resolved, at: here });
    if (value !== undefined) checked[key] = value;
  }
  return checked;
}

/** Reports the keys of a block that its shape does not have. */
export function reportUnknownKeys(
  shape: Readonly<Record<string, unknown>>,
  block: Readonly<Record<string, unknown>>,
  at: ConfigPath,
  reading: Reading,
): void {
  const known = Object.keys(shape);
  for (const key of Object.keys(block)) {
    if (!known.includes(key)) reportUnknownKey([key], { reading, at, known });
  }
}

/** The block as a mapping. A key with nothing behind it is an empty one; anything else is reported. */
export function mappingOf(
  block: unknown,
  at: ConfigPath,
  reading: Reading,
): Readonly<Record<string, unknown>> | undefined {
  if (block === null || block === undefined) return {};
  if (typeof block === "object" && !Array.isArray(block)) return block as Readonly<Record<string, unknown>>;
  const subject = at.length === 0 ? "The file" : `\`${at.at(-1)}\``;
  const fix = at.length === 0 ? "Begin with `platforms:`." : `Write its keys below it, or \`${at.at(-1)}: {}\`.`;
  reading.report.mistake({ path: at, message: `${subject} must be a mapping of keys.`, fix });
  return undefined;
}

/** The instance that stands in a block's place, or as its `backend`. */
export function heldPlugin(block: unknown): CreatedPlugin | undefined {
  return createdPlugin(block) ?? createdPlugin((block as { readonly backend?: unknown } | null)?.backend);
}

function asWritten(value: unknown): Resolved {
  return { value, incomplete: false, isUnresolved: () => false };
}
