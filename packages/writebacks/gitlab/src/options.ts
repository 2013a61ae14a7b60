import { isSecret, type Secret } from "@tokenward/core/plugin";
import * as z from "zod";

/** Options of the GitLab write-back, as under `auth.writeback.gitlab` in a configuration file. */
export interface GitlabOptions {
  /** The project that holds the variables: its number, or its path such as `group/project`. Either this or `group`. */
  readonly project?: string | undefined;
  /** The group that holds the variables: its number, or its path. Either this or `project`. */
  readonly group?: string | undefined;
  /**
   * An access token of scope `api`: of the project with role Maintainer, or of the group with role Owner. The job's own
   * `CI_JOB_TOKEN` cannot write variables.
   */
  readonly token: Secret;
  /** Address of the GitLab instance. Default `https://gitlab.com`. */
  readonly url?: string | undefined;
  /** Which of several variables of one name is meant: exactly the scope that is shown beside it. Default `*`. */
  readonly environment_scope?: string | undefined;
  /**
   * `variables` (default): tokens stand in masked variables that jobs read as they are, everything else in a plain one.
   * `record`: one sealed value in a single variable, which only Tokenward can read.
   */
  readonly layout?: "variables" | "record" | undefined;
  /** Milliseconds for one call of GitLab's API. Default 15 000. */
  readonly timeout?: number | undefined;
}

const identifier = z.union([z.string().min(1), z.int().positive().transform(String)]);

/** Checks {@link GitlabOptions}. */
export const optionsSchema: z.ZodType<GitlabOptions> = z
  .strictObject({
    project: identifier.optional(),
    group: identifier.optional(),
    token: z.custom<Secret>(isSecret, "must be a secret, such as ${GITLAB_WRITEBACK_TOKEN}"),
    url: z.url({ protocol: /^https?$/ }).optional(),
    environment_scope: z.string().min(1).max(255).optional(),
    layout: z.enum(["variables", "record"]).optional(),
    timeout: z.int().min(1).max(60_000).optional(),
  })
  .refine(({ project, group }) => (project === undefined) !== (group === undefined), {
    message: "needs either `project` or `group`",
    path: ["project"],
  });
