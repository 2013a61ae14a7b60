import type { Alert, AlertMember } from "@tokenward/core/plugin";

/** What of a long list is shown. */
export interface Shown<Line> {
  readonly lines: readonly Line[];
  /** Members that are left out. */
  readonly more: number;
}

/**
 * The first members of an alert, as many as a human can take in and as there is room for.
 *
 * @param lineOf also says how much room it takes
 */
export function firstMembers<Line>(
  { members = [] }: Alert,
  limits: { readonly most: number; readonly room: number },
  lineOf: (member: AlertMember) => { readonly line: Line; readonly size: number },
): Shown<Line> {
  const lines: Line[] = [];
  let left = limits.room;
  for (const member of members.slice(0, limits.most)) {
    const { line, size } = lineOf(member);
    left -= size;
    if (left < 0) break;
    lines.push(line);
  }
  return { lines, more: members.length - lines.length };
}
