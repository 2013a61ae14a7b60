import type { WorkspacePackage } from "./workspace.ts";

const suites: readonly (readonly [folder: RegExp, suite: string])[] = [
  [/^packages\/refreshers\//, "testRefresher"],
  [/^packages\/writebacks\//, "testWriteBack"],
  [/^packages\/notifiers\//, "testNotifier"],
  [/^packages\/state-/, "testGrantState"],
];

/** A plugin is proved by the suite of its kind, like anybody else's. */
export function conformanceFaults(packages: readonly WorkspacePackage[]): string[] {
  return packages.flatMap(({ folder, sources }) => {
    const suite = suites.find(([pattern]) => pattern.test(folder))?.[1];
    if (suite === undefined || sources.some(({ forTests, text }) => forTests && text.includes(`${suite}(`))) return [];
    return [`${folder} is not proved by the suite of its kind: call ${suite} in src/conformance.test.ts.`];
  });
}
