import { defineWriteBack, type Plugin } from "@tokenward/core/plugin";
import { awsWriteBack } from "./aws-write-back.ts";
import { optionsSchema, type AwsOptions } from "./options.ts";

export type { AwsOptions } from "./options.ts";

/**
 * Keeps each grant in a secret of AWS Secrets Manager. Saves and claims are atomic.
 *
 * @example
 * ```ts
 * import aws from "@tokenward/writeback-aws";
 *
 * const writeBack = aws({ prefix: "posting", region: "eu-central-1" });
 * ```
 */
export const aws: Plugin<"write-back", AwsOptions> = defineWriteBack<AwsOptions>({
  name: "aws",
  apiVersion: 1,
  options: optionsSchema,
  create: awsWriteBack,
});

export default aws;
