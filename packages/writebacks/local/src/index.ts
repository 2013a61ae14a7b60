import { defineWriteBack, type Plugin } from "@tokenward/core/plugin";
import { localWriteBack } from "./local-write-back.ts";
import { optionsSchema, type LocalOptions } from "./options.ts";

export type { LocalOptions } from "./options.ts";

/**
 * Keeps grants on this machine: in the OS keychain where one works, else in age-encrypted files. The choice is made
 * once, at the first save, and recorded.
 *
 * @example
 * ```ts
 * import local from "@tokenward/writeback-local";
 *
 * const writeBack = local({ store: "file", path: "./grants" });
 * ```
 */
export const local: Plugin<"write-back", LocalOptions> = defineWriteBack<LocalOptions>({
  name: "local",
  apiVersion: 1,
  options: optionsSchema,
  create: localWriteBack,
});

export default local;
