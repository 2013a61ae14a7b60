import type { Severity } from "../severity.ts";

/**
 * Which notifiers hear of which severity, by name. A severity without a route takes the next lower one's; where no lower
 * one has a route either, all notifiers hear of it. An empty list means nobody.
 */
export type AlertRoutes = { readonly [Level in Severity]?: readonly string[] | undefined };

/** The notifiers that hear of a severity. */
export function routeOf(severity: Severity, routes: AlertRoutes, all: readonly string[]): readonly string[] {
  const { warn = all, page = warn, critical = page } = routes;
  const named = { warn, page, critical }[severity];
  return all.filter((name) => named.includes(name));
}
