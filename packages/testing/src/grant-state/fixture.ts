import type { GrantState } from "@tokenward/core/plugin";

/** One state under test, and what can be done to it from outside. */
export interface GrantStateFixture {
  readonly state: GrantState;
  /**
   * Opens what is stored anew, as a process does that starts after the last one crashed: without closing anything
   * before. Absent where nothing survives the process.
   */
  reopen?(): Promise<GrantState>;
  /** Opens what is stored a second time, beside {@link GrantStateFixture.state}. Default: the same state. */
  another?(): Promise<GrantState>;
  /** Everything that is stored, by name. Absent where there is nothing to look at. */
  contents?(): Promise<ReadonlyMap<string, Uint8Array>>;
  /** Takes the lease of a target away from its holder. Absent where that cannot happen. */
  loseLease?(target: string): Promise<void>;
  dispose(): Promise<void>;
}

/** What a case cannot do without. */
export type FixtureNeed = "reopen" | "contents" | "loseLease";

/** One property that every state has. */
export interface GrantStateCase {
  readonly name: string;
  readonly needs: readonly FixtureNeed[];
  /** Rejects where the state does not have it. */
  readonly run: (fixture: GrantStateFixture) => Promise<void>;
}

/** The common form of a case. */
export function grantStateCase(
  name: string,
  run: (fixture: GrantStateFixture) => Promise<void>,
  needs: readonly FixtureNeed[] = [],
): GrantStateCase {
  return { name, needs, run };
}

/** Opens anew, in a case that says it needs that. */
export async function reopened(fixture: GrantStateFixture): Promise<GrantState> {
  if (fixture.reopen === undefined) throw new TypeError("This case needs `reopen`.");
  return await fixture.reopen();
}

/** A promise with its own ending, to hold somebody at a point until something else happened. */
export function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
}
