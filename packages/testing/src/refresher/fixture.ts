import type { Refused } from "@tokenward/core/plugin";
import type { AnswerTemplate } from "../render-answer.ts";

/** Situations that every refresher must tell apart. */
export type FixtureSituation =
  | "success"
  | "dead-token"
  | "wrong-client"
  | "throttled"
  | "server-error"
  | "malformed"
  | "too-early"
  | "other";

/** What a careful refresher reads from an answer. */
export type ExpectedReading =
  | {
      readonly kind: "exchanged";
      /** `new`: the answer's token. `absent`: the answer holds none, and none may be made up. */
      readonly accessToken: "new" | "absent";
      readonly refreshToken: "new" | "absent";
      /** Seconds until the access token ends; `unknown` where the answer does not say. Not judged where absent. */
      readonly expiresIn?: number | "unknown" | undefined;
      readonly refreshTokenExpiresIn?: number | "unknown" | undefined;
      readonly scopes?: readonly string[] | undefined;
      readonly attributes?: Readonly<Record<string, string>> | undefined;
      /** Whether the refresher must complain although tokens were found. Default `false`. */
      readonly malformed?: boolean | undefined;
    }
  | {
      readonly kind: "refused";
      readonly class: Refused["class"];
      /** The platform's code, where the fixture has one. */
      readonly error?: string | undefined;
      readonly reference?: string | undefined;
    };

/**
 * One answer of a platform's token endpoint in the shape that was documented or observed, with made-up values, and
 * what a careful refresher makes of it. Tokens are placeholders, so a fixture never holds one.
 */
export interface RefresherFixture {
  readonly name: string;
  readonly situation: FixtureSituation;
  /** Where the shape comes from: document and date, or project and date. */
  readonly source: string;
  /**
   * `{{access_token}}` and `{{refresh_token}}` are filled in by the suite, `{{expires_in}}` and `{{scope}}` with what
   * {@link RefresherFixture.expect} says of them.
   */
  readonly answer: AnswerTemplate;
  readonly expect: ExpectedReading;
}
