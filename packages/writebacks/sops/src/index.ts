import { defineWriteBack, type Plugin } from "@tokenward/core/plugin";
import { optionsSchema, type SopsOptions } from "./options.ts";
import { sopsWriteBack } from "./sops-write-back.ts";

export type { PublishOptions, SopsOptions } from "./options.ts";

/**
 * Keeps grants in a file that SOPS encrypts: `tiktok.refresh_token` in YAML and JSON, `TIKTOK_REFRESH_TOKEN` in an env
 * file, readable with plain `sops -d`.
 *
 * @example
 * ```ts
 * import sops from "@tokenward/writeback-sops";
 *
 * const writeBack = sops({ file: "./tokens.enc.yaml" });
 * ```
 */
export const sops: Plugin<"write-back", SopsOptions> = defineWriteBack<SopsOptions>({
  name: "sops",
  apiVersion: 1,
  options: optionsSchema,
  create: sopsWriteBack,
});

export default sops;
