import * as z from "zod";

/** Options of the AWS write-back, as under `auth.writeback.aws` in a configuration file. All may be left out. */
export interface AwsOptions {
  /** In front of the grant in the secret's name: `<prefix>/tiktok/brand-a`. Default `tokenward`. */
  readonly prefix?: string | undefined;
  /** Default: what the environment or the profile says (`AWS_REGION`, …). */
  readonly region?: string | undefined;
  /** Address of another Secrets Manager. Default: `AWS_ENDPOINT_URL_SECRETS_MANAGER`, `AWS_ENDPOINT_URL`, else AWS. */
  readonly endpoint?: string | undefined;
  /** The account's number. Default: asked of STS once per process, which needs no permission but a way to reach it. */
  readonly account?: string | undefined;
  /** Key that new secrets are encrypted with: id, ARN or alias. Default: `aws/secretsmanager`. */
  readonly kms_key_id?: string | undefined;
  /**
   * Whether the access token is written, too, so that jobs can read it there. Default `false`: it is minted with every
   * refresh, and other processes of a machine get it from the state.
   */
  readonly access_token?: boolean | undefined;
  /** Milliseconds for one call, its retries included. Default 15 000. */
  readonly timeout?: number | undefined;
}

/** Checks {@link AwsOptions}. */
export const optionsSchema: z.ZodType<AwsOptions> = z.strictObject({
  prefix: z
    .string()
    .regex(/^[A-Za-z0-9/_+=.@-]{1,200}$/, "may have letters, digits and / _ + = . @ -")
    .optional(),
  region: z.string().min(1).optional(),
  endpoint: z.url({ protocol: /^https?$/ }).optional(),
  account: z
    .string()
    .regex(/^\d{12}$/, "is a number of twelve digits, as text")
    .optional(),
  kms_key_id: z.string().min(1).optional(),
  access_token: z.boolean().optional(),
  timeout: z.int().min(1).max(60_000).optional(),
});
