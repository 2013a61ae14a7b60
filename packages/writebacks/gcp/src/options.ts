import * as z from "zod";

/** Options of the GCP write-back, as under `auth.writeback.gcp` in a configuration file. All may be left out. */
export interface GcpOptions {
  /**
   * The project's id, or its number as text; always the same of the two, because the target is made of it. Default:
   * `GOOGLE_CLOUD_PROJECT`, else what the credentials say.
   */
  readonly project?: string | undefined;
  /** In front of the grant in the secret's id: `<prefix>-tiktok_brand-a`. Default `tokenward`. */
  readonly prefix?: string | undefined;
  /**
   * Address of another Secret Manager. With `http` and on loopback only, it is spoken to in the clear and without
   * credentials, as emulators want. Default: Google's.
   */
  readonly endpoint?: string | undefined;
  /**
   * What becomes of versions that were replaced, except the one just before the newest: `destroy` (default), `disable`,
   * or `keep`. A failure is a note and never fails a save.
   */
  readonly old_versions?: "destroy" | "disable" | "keep" | undefined;
  /**
   * Whether the access token is written, too, so that jobs can read it there. Default `false`: it is minted with every
   * refresh, and other processes of a machine get it from the state.
   */
  readonly access_token?: boolean | undefined;
  /** Milliseconds for one call, its retries included. Default 15 000. */
  readonly timeout?: number | undefined;
}

/** Checks {@link GcpOptions}. */
export const optionsSchema: z.ZodType<GcpOptions> = z.strictObject({
  project: z
    .string()
    .regex(/^(?:[a-z][a-z0-9.:-]{3,62}|\d{1,20})$/, "is a project's id, or its number as text")
    .optional(),
  prefix: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,100}$/, "may have letters, digits, _ and -")
    .optional(),
  endpoint: z
    .url({ protocol: /^https?$/ })
    .refine((text) => !text.startsWith("http:") || isLoopback(new URL(text).hostname), {
      error: "may be http only on this machine (127.0.0.1, localhost); elsewhere it is https",
    })
    .optional(),
  old_versions: z.enum(["destroy", "disable", "keep"]).optional(),
  access_token: z.boolean().optional(),
  timeout: z.int().min(1).max(60_000).optional(),
});

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(host);
}
