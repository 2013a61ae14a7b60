import { TokenwardError, type GrantId } from "@tokenward/core";
import { closest } from "./closest.ts";
import type { ConfiguredGrant } from "./configuration.ts";
import { ConfigProblems, type ConfigProblem } from "./problem.ts";

/** A grant as it stands in the file, with its plan or what stands against one. */
export interface ReadGrant {
  readonly id: GrantId;
  readonly platform: string;
  readonly enabled: boolean;
  readonly plan?: ConfiguredGrant | undefined;
  /** What is missing around a switched-off grant. */
  readonly postponed: readonly ConfigProblem[];
}

// With a thousand accounts the whole list would hide the sentence.
const mostNames = 20;

/** The plans that a selection means; see `Configuration.select`. */
export function selectGrants(
  selection: string,
  grants: readonly ReadGrant[],
  path: string,
): readonly ConfiguredGrant[] {
  if (selection === "all") {
    const enabled = grants.filter((grant) => grant.enabled);
    if (enabled.length === 0) throw new TokenwardError("ERR_CONFIG_NOTHING_SELECTED", { path });
    return plansOf(enabled, path);
  }
  const one = grants.find((grant) => grant.id === selection);
  if (one !== undefined) return plansOf([one], path);
  const accounts = grants.filter((grant) => grant.platform === selection);
  if (accounts.length === 0) throw unknown(selection, grants);
  const enabled = accounts.filter((grant) => grant.enabled);
  return plansOf(enabled.length === 0 ? accounts : enabled, path);
}

function plansOf(grants: readonly ReadGrant[], path: string): readonly ConfiguredGrant[] {
  const postponed = grants.flatMap((grant) => grant.postponed);
  if (postponed.length > 0) throw new ConfigProblems(path, [...new Set(postponed)]);
  return grants.flatMap(({ plan }) => (plan === undefined ? [] : [plan]));
}

function unknown(selection: string, grants: readonly ReadGrant[]): TokenwardError {
  const platforms = new Set(grants.map((grant) => grant.platform));
  const names = [...new Set([...platforms, ...grants.map((grant) => grant.id)])];
  const near = closest(selection, ["all", ...names]);
  const more = names.length > mostNames ? ` and ${names.length - mostNames} more` : "";
  return new TokenwardError("ERR_CONFIG_GRANT_UNKNOWN", {
    grant: selection,
    suggestion: near === undefined ? "" : ` Did you mean \`${near}\`?`,
    known: names.length === 0 ? "(none is configured)" : names.slice(0, mostNames).join(", ") + more,
  });
}
