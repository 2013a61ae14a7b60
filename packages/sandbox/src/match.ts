/** Which requests are meant. What is left out matches all. */
export interface Match {
  readonly platform?: string | undefined;
  /** The whole path, such as `/tiktok/v2/oauth/token/`; a trailing `*` matches any rest. */
  readonly path?: string | undefined;
  readonly endpoint?: Endpoint | undefined;
  readonly grant?: string | undefined;
  readonly account?: string | undefined;
}

/** What kind of address was asked. */
export type Endpoint = "token" | "revocation" | "resource" | "unknown";

/** What {@link matches} looks at. */
export interface Matchable {
  readonly platform: string;
  readonly path: string;
  readonly endpoint: Endpoint;
  readonly grant?: string | undefined;
  readonly account?: string | undefined;
}

/** Whether a request is meant. */
export function matches(match: Match | undefined, request: Matchable): boolean {
  if (match === undefined) return true;
  return (
    (match.platform === undefined || match.platform === request.platform) &&
    (match.endpoint === undefined || match.endpoint === request.endpoint) &&
    (match.grant === undefined || match.grant === request.grant) &&
    (match.account === undefined || match.account === request.account) &&
    (match.path === undefined || pathMatches(match.path, request.path))
  );
}

function pathMatches(pattern: string, path: string): boolean {
  return pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : pattern === path;
}
