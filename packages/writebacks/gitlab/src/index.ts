import { defineWriteBack, type Plugin } from "@tokenward/core/plugin";
import { gitlabWriteBack } from "./gitlab-write-back.ts";
import { optionsSchema, type GitlabOptions } from "./options.ts";

export type { GitlabOptions } from "./options.ts";

/**
 * Keeps grants in the CI/CD variables of a GitLab project or group, where jobs read their tokens as they are.
 *
 * @example
 * ```ts
 * import { secret } from "@tokenward/core";
 * import gitlab from "@tokenward/writeback-gitlab";
 *
 * const writeBack = gitlab({ project: "group/posting", token: secret("glpat-example") });
 * ```
 */
export const gitlab: Plugin<"write-back", GitlabOptions> = defineWriteBack<GitlabOptions>({
  name: "gitlab",
  apiVersion: 1,
  options: optionsSchema,
  secretOptions: ["token"],
  create: gitlabWriteBack,
});

export default gitlab;
